// A film: frames of a moving camera and a running cluster, piped to the ffmpeg program.
#pragma once

#include <string>

#include "viewer/options.h"
#include "viewer/stage.h"
#include "viewer/tour.h"

namespace bv {

// Throws one sentence: no ffmpeg, it failed, a frame could not be drawn. begin_s: where a simulated source stands.
// tour: what is filmed instead of --camera; may be null.
void write_film(const Options& options, Stage& stage, Timeline& timeline, double begin_s, TourPlayer* tour);

// Where the eye is at `share` (0..1) of the film: along a flight over the site down into an aisle where no --camera was
// given, else a slow drift around that view.
Pose film_pose(const Topology& topology, const Options& options, float aspect, float share);

}  // namespace bv
