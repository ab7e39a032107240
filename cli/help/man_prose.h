#pragma once

namespace hourglass::cli {

// What the manual says beside the option tree. `backquotes` make text bold; every sentence is a line of its own.

inline constexpr const char* kDescription =
    R"(Hourglass trains, examines and ships autoencoders: dense and convolutional, sparse, contractive, tied and denoising ones.
A recipe in TOML says what is trained, and how; `hourglass recipes` lists those that are shipped and `hourglass recipes keys` every key that one may have.
Options override the recipe; the recipe overrides the defaults.

Results go to standard output, progress and messages to standard error.
With `--json` standard output is exactly one JSON document.
Training is bit-for-bit reproducible from a seed, on any number of threads.
A run that Ctrl-C or a signal ended is saved, and `hourglass train --resume RUN` resumes it.
)";

/// A term and what it means.
struct ManualItem {
  const char *term, *meaning;
};

inline constexpr ManualItem kExitStatus[] = {
    {"0", "Done."},
    {"1", "Failed at run time: a file could not be written, memory ran out, a training diverged."},
    {"2", "Bad usage, recipe or input; the message names the place, what was expected and what was found."},
    {"130", "Interrupted, and everything saved."}};

inline constexpr ManualItem kEnvironment[] = {
    {"HOURGLASS_DATA_DIR",
     "A folder that holds data sets known by name, or folders of their names; searched before anything is downloaded."},
    {"HOURGLASS_MODELS_DIR", "The folder of the pre-trained models, instead of the installed one."},
    {"XDG_DATA_HOME, HOME",
     "Data sets are kept in `$XDG_DATA_HOME/hourglass`, or in `$HOME/.local/share/hourglass` where it is not set."},
    {"TERM", "No progress bar is drawn where it is `dumb` or not set."},
    {"PATH", "Where the `gnuplot`(1) that draws plots is searched for."}};

inline constexpr ManualItem kFiles[] = {
    {"runs/NAME/",
     "The folder of a run, where `train` was not given another.\n"
     "It holds `model.safetensors` (weights, with recipe and scaler), `recipe.toml` (every key), `metrics.jsonl` (a "
     "line per epoch), `report.html` and the images, and in `checkpoint/` the two newest checkpoints for resuming."},
    {"NAME.toml", "A recipe."},
    {"MODEL.safetensors", "A model file; `NAME.toml` beside a shipped one is its card."}};

/// A purpose and the commands for it.
inline constexpr ManualItem kExamples[] = {{"Train a shipped recipe, measure the result and look at it:",
                                            "hourglass train mnist-conv-denoising\n"
                                            "hourglass eval runs/mnist-conv-denoising --corrupt --metrics mse,fvu\n"
                                            "hourglass reconstruct runs/mnist-conv-denoising -o out.png\n"},
                                           {"Start a recipe of your own and train it on your data:",
                                            "hourglass recipes show mnist-dense-basic > mine.toml\n"
                                            "hourglass gradcheck mine.toml\n"
                                            "hourglass train mine.toml --data images.npy --set train.epochs=20\n"},
                                           {"Resume after an interruption, and train for more epochs:",
                                            "hourglass train --resume runs/mnist-conv-denoising\n"
                                            "hourglass train --resume runs/people --epochs 400\n"},
                                           {"Write the codes of a shipped model, and compare two models:",
                                            "hourglass encode quickstart --data fashion-mnist -o codes.npy\n"
                                            "hourglass compare runs/a runs/b -o comparison\n"},
                                           {"Complete words in this shell:", "source <(hourglass completion bash)\n"}};

}  // namespace hourglass::cli
