#pragma once

#include "cli/subcommand.h"

namespace hourglass::cli {

/// A run that Ctrl-C or a signal ended after saving everything: exit code 130.
struct Interrupted {};
/// A failure already told to the user: exit code 1.
struct Failed {};

// One function per verb: declares its options on `app` and what it does.
void add_train(Subcommand app);
void add_eval(Subcommand app);
void add_probe(Subcommand app);
void add_encode(Subcommand app);
void add_decode(Subcommand app);
void add_reconstruct(Subcommand app);
void add_score(Subcommand app);
void add_export(Subcommand app);
void add_report(Subcommand app);
void add_compare(Subcommand app);
void add_info(Subcommand app);
void add_recipes(Subcommand app);
void add_models(Subcommand app);
void add_data(Subcommand app);
void add_gradcheck(Subcommand app);
void add_doctor(Subcommand app);
void add_man(Subcommand app);
void add_completion(Subcommand app);

}  // namespace hourglass::cli
