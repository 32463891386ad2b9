// Frames → ffmpeg's standard input, with progress on stderr. Reads the timeline frame by frame, writes an .mp4.
#include "viewer/film.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "viewer/composition.h"

extern char** environ;

namespace bv {

namespace {

// The ffmpeg program with a pipe to its standard input. Stopped by closing the pipe.
class Encoder {
public:
    Encoder(const std::string& path, uint32_t width, uint32_t height, double fps) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe for ffmpeg");
        std::vector<std::string> words{"ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgba", "-s",
                                       fmt::format("{}x{}", width, height), "-r", fmt::format("{}", fps), "-i", "-",
                                       // yuv420p needs even sizes; players need yuv420p.
                                       "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-c:v", "libx264", "-preset", "veryfast",
                                       "-crf", "19", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path};
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
        const int failed = posix_spawnp(&process_, "ffmpeg", &actions, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[0]);
        pipe_ = ends[1];
        if (failed) {
            close(pipe_);
            process_ = 0;
            throw std::runtime_error("films need the program ffmpeg: apt-get install ffmpeg");
        }
        signal(SIGPIPE, SIG_IGN);
    }
    ~Encoder() {
        if (process_) finish();
    }
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    [[nodiscard]] bool write(const std::vector<uint8_t>& bytes) const {
        for (size_t done = 0; done < bytes.size();) {
            const ssize_t n = ::write(pipe_, bytes.data() + done, bytes.size() - done);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return false;
            done += size_t(n);
        }
        return true;
    }
    // True if ffmpeg was content.
    bool finish() {
        close(pipe_);
        int status = 0;
        while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
        process_ = 0;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

private:
    pid_t process_ = 0;
    int pipe_ = -1;
};

// A bar on a terminal, a line every tenth elsewhere.
class Progress {
public:
    explicit Progress(int total) : total_(total), terminal_(isatty(STDERR_FILENO)) {}
    void at(int done) {
        const int percent = done * 100 / total_;
        if (percent == shown_ || (!terminal_ && percent / 10 == shown_ / 10 && shown_ >= 0)) return;
        shown_ = percent;
        if (terminal_) {
            std::string bar(size_t(percent * 30 / 100), '=');
            bar.resize(30, ' ');
            std::fputs(fmt::format("\r  film [{}] {:3}% {}/{} frames{}", bar, percent, done, total_,
                                   done == total_ ? "\n" : "")
                           .c_str(),
                       stderr);
        } else {
            std::fputs(fmt::format("  film {:3}% {}/{} frames\n", percent, done, total_).c_str(), stderr);
        }
        std::fflush(stderr);
    }

private:
    int total_, shown_ = -1;
    bool terminal_;
};

double duration_of(const Options& options, const TourPlayer* tour) {
    constexpr double usual_s = 10;
    if (options.duration_s > 0) return options.duration_s;
    return tour ? std::max(usual_s / 10, tour->tour().seconds() - options.tour_at_s) : usual_s;
}

// A recording is filmed from --at on, without it so that the film ends where the recording does.
int64_t replay_begin(const Options& options, const Timeline& timeline, const Cursor& cursor, double duration_s) {
    if (!timeline.replay() || !options.at.empty()) return cursor.time_ns;
    const auto length = int64_t(duration_s * options.speed * 1e9);
    return length > 0 ? timeline.recorded().end_ns - length : timeline.recorded().end_ns;
}

float ease(float t) { return t * t * (3 - 2 * t); }

// Over the site (0–0.4), down into an aisle (0.4–0.7), along it (0.7–1).
Pose flight(const Topology& topology, float aspect, float share) {
    const Pose above = named_view(topology, "overview", aspect);
    if (topology.halls.empty() || topology.racks.empty()) return turned(above, (share - 0.5f) * 0.3f, 1);
    const Pose aisle = view_of(topology, {ObjectClass::hall, (uint32_t(topology.halls.size()) - 1) / 2}, aspect);
    const auto over = [&](float s) { return turned(above, (s - 0.2f) * 0.35f, 1.0f - 0.25f * s); };
    const auto along = [&](float s) { return dolly(aisle, (s - 0.7f) * 14.0f); };
    if (share <= 0.4f) return over(share);
    if (share >= 0.7f) return along(share);
    return blend(over(share), along(share), ease((share - 0.4f) / 0.3f));
}

}  // namespace

Pose film_pose(const Topology& topology, const Options& options, float aspect, float share) {
    if (!options.camera_given) return flight(topology, aspect, share);
    const Pose pose = named_view(topology, options.camera, aspect);
    const bool inside = pose.eye.z < 3;
    return inside ? dolly(pose, (share - 0.5f) * 0.1f * std::min(20.0f, glm::length(pose.target - pose.eye)))
                  : turned(pose, (share - 0.5f) * 0.2f, 1);
}

void write_film(const Options& options, Stage& stage, Timeline& timeline, double begin_s, TourPlayer* tour) {
    const double duration_s = duration_of(options, tour);
    const int frames = std::max(1, int(std::lround(duration_s * options.fps)));
    Encoder encoder(options.output, options.width, options.height, options.fps);
    Progress progress(frames);
    const auto start = std::chrono::steady_clock::now();
    const int64_t replay_ns = replay_begin(options, timeline, stage.view.cursor, duration_s);
    for (int i = 0; i < frames; ++i) {
        const double time_s = double(i) / options.fps;
        if (timeline.live()) {
            // A live cluster runs at its own speed: never faster than it happens.
            std::this_thread::sleep_until(start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                      std::chrono::duration<double>(time_s)));
            timeline.advance();
        } else if (timeline.replay()) {
            stand_at(stage.view.cursor, replay_ns + int64_t(std::llround(time_s * options.speed * 1e9)),
                     timeline.recorded());
            timeline.advance(stage.view.cursor, 0);
        } else {
            timeline.advance_to(begin_s + time_s);
        }
        stage.follow(timeline.state());
        const float aspect = aspect_of(stage.view);
        if (tour)
            tour->show(options.tour_at_s + time_s, timeline.state(), stage.view, aspect);
        else
            stage.view.camera.jump(
                film_pose(timeline.state().topology(), options, aspect, float(i) / float(std::max(1, frames - 1))));
        stage.draw(timeline.state(), timeline, begin_s + time_s, 1 / options.fps);
        if (!encoder.write(stage.renderer.read_pixels().rgba))
            throw std::runtime_error(
                fmt::format("ffmpeg ended before the film '{}' was complete, see its message above", options.output));
        progress.at(i + 1);
    }
    if (!encoder.finish())
        throw std::runtime_error(
            fmt::format("ffmpeg could not write the film '{}', see its message above", options.output));
}

}  // namespace bv
