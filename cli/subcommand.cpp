#include "cli/subcommand.h"

#include <CLI/CLI.hpp>

namespace hourglass::cli {

Option Option::required() { return Option(*option_->required()); }
Option Option::type_name(const std::string& word) { return Option(*option_->type_name(word)); }
Option Option::show_default() { return Option(*option_->capture_default_str()); }

Option Option::one_of(std::vector<std::string> words) { return Option(*option_->check(CLI::IsMember(words))); }
Option Option::positive() { return Option(*option_->check(CLI::PositiveNumber)); }
Option Option::existing_file() { return Option(*option_->check(CLI::ExistingFile)); }
Option Option::at_least(int count) { return Option(*option_->expected(count, -1)); }
Option Option::repeated() { return Option(*option_->take_all()); }
Option Option::one_value_each() { return Option(*option_->allow_extra_args(false)); }
Option Option::separated_by(char separator) { return Option(*option_->delimiter(separator)); }

template <class T>
Option Option::between(T least, T most) {
  return Option(*option_->check(CLI::Range(least, most)));
}
template Option Option::between(int, int);
template Option Option::between(int64_t, int64_t);
template Option Option::between(double, double);

Option Option::needs(Option other) { return Option(*option_->needs(other.option_)); }
Option Option::excludes(Option other) { return Option(*option_->excludes(other.option_)); }

Subcommand Subcommand::add_subcommand(const std::string& name, const std::string& description) {
  return Subcommand(*app_->add_subcommand(name, description));
}
void Subcommand::allow_one_subcommand() { app_->require_subcommand(0, 1); }

template <class T>
Option Subcommand::add_option(const std::string& name, T& value, const std::string& description) {
  return Option(*app_->add_option(name, value, description));
}
template Option Subcommand::add_option(const std::string&, std::string&, const std::string&);
template Option Subcommand::add_option(const std::string&, int&, const std::string&);
template Option Subcommand::add_option(const std::string&, int64_t&, const std::string&);
template Option Subcommand::add_option(const std::string&, uint64_t&, const std::string&);
template Option Subcommand::add_option(const std::string&, double&, const std::string&);
template Option Subcommand::add_option(const std::string&, std::vector<std::string>&, const std::string&);
template Option Subcommand::add_option(const std::string&, std::vector<double>&, const std::string&);
template Option Subcommand::add_option(const std::string&, std::vector<int64_t>&, const std::string&);

Option Subcommand::add_text_option(const std::string& name, const std::function<void(const std::string&)>& set,
                                   const std::string& description) {
  return Option(*app_->add_option_function<std::string>(name, set, description));
}

Option Subcommand::add_flag(const std::string& name, bool& value, const std::string& description) {
  return Option(*app_->add_flag(name, value, description));
}

Option Subcommand::add_flag(const std::string& name, bool& is_given, std::string& value,
                            const std::string& description) {
  const auto set = [&](const std::string& text) {
    is_given = true;
    value = text;
  };
  return Option(*app_->add_option_function<std::string>(name, set, description)->expected(0, 1));
}

void Subcommand::callback(std::function<void()> action) { app_->callback(std::move(action)); }
bool Subcommand::was_given() const { return app_->parsed(); }

}  // namespace hourglass::cli
