#pragma once

#include "cli/subcommand.h"

namespace hourglass::cli {

/// Ends the program with this exit code, after the user was told why.
struct Exit {
  int code;
};

constexpr int kFailed = 1, kBadInput = 2, kInterrupted = 130;

// One function per file: declares its options on `app` and what it does.
void add_train(Subcommand app);
void add_eval(Subcommand app);
void add_probe(Subcommand app);
void add_inference(Subcommand app);  ///< encode, decode, reconstruct
void add_score(Subcommand app);
void add_export(Subcommand app);
void add_report(Subcommand app);
void add_compare(Subcommand app);
void add_info(Subcommand app);
void add_recipes(Subcommand app);
void add_models(Subcommand app);
void add_data(Subcommand app);
void add_gradcheck(Subcommand app);
void add_find_rate(Subcommand app);
void add_doctor(Subcommand app);
void add_man(Subcommand app);
void add_completion(Subcommand app);

}  // namespace hourglass::cli
