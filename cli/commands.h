#pragma once

#include <CLI/CLI.hpp>

namespace hourglass::cli {

/// A run that Ctrl-C or a signal ended after saving everything: exit code 130.
struct Interrupted {};
/// A failure already told to the user: exit code 1.
struct Failed {};

// One function per verb: declares its options on `app` and what it does.
void add_train(CLI::App& app);
void add_eval(CLI::App& app);
void add_probe(CLI::App& app);
void add_encode(CLI::App& app);
void add_decode(CLI::App& app);
void add_reconstruct(CLI::App& app);
void add_score(CLI::App& app);
void add_export(CLI::App& app);
void add_report(CLI::App& app);
void add_compare(CLI::App& app);
void add_info(CLI::App& app);
void add_recipes(CLI::App& app);
void add_models(CLI::App& app);
void add_data(CLI::App& app);
void add_gradcheck(CLI::App& app);
void add_doctor(CLI::App& app);
void add_man(CLI::App& app);
void add_completion(CLI::App& app);

}  // namespace hourglass::cli
