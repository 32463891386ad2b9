// What the site's electricity and water are reckoned with, for the simulator (site.cpp) and the what-if
// (feed/reliability/). Section numbers are those of reference-cluster.md; A is assumed.
#pragma once

namespace bv::sim {

// Electricity of the cooling (towers, chillers, pumps, air handlers) and of lights and offices, per watt of IT. With
// the losses of the power tree this gives a PUE of 1.20–1.25 (4.2, A).
inline constexpr double cooling_per_it_watt = 0.145, house_per_it_watt = 0.012;
// Water (4.4): 0.65 of the heat leaves by evaporation (A), five cycles of concentration (A).
inline constexpr double evaporative_share = 0.65, latent_joules_per_kg = 2.43e6, concentration_cycles = 5;

// Evaporation E = Q / 2.43 MJ/kg; make-up water replaces what evaporates and what is blown down: E × C / (C − 1) (4.4).
constexpr double water_kg_per_second(double heat_watts, double share, double cycles) {
    return heat_watts * share / latent_joules_per_kg * cycles / (cycles - 1);
}

}  // namespace bv::sim
