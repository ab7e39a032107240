#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "hourglass/base/enum_names.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace hourglass::cli {

/// A declared option. Every function adds a constraint or a help text and returns the option, so that calls chain.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option required();
  /// The word for the value in --help: FILE, KEY=VALUE.
  Option type_name(const std::string& word);
  /// Shows the variable's present value as the default.
  Option show_default();

  Option one_of(std::vector<std::string> words);
  /// T is int, int64_t or double.
  template <class T>
  Option between(T least, T most);
  Option positive();
  Option existing_file();
  /// At least so many values.
  Option at_least(int count);
  /// The option may be repeated.
  Option repeated();
  /// Each occurrence of the option takes one argument, so that a positional argument may follow.
  Option one_value_each();
  /// One argument may hold several values.
  Option separated_by(char separator);

  Option needs(Option other);
  Option excludes(Option other);

 private:
  CLI::Option* option_;
};

/// A subcommand, or the program itself, while its options are declared. It wraps the part of CLI11 that this program
/// uses, so that the sources of the subcommands do not include CLI11.
class Subcommand {
 public:
  explicit Subcommand(CLI::App& app) : app_(&app) {}

  Subcommand add_subcommand(const std::string& name, const std::string& description);
  /// At most one of this subcommand's own subcommands is given.
  void allow_one_subcommand();

  /// A name without dashes is a positional argument. T is std::string, a number, or a vector of strings or numbers.
  template <class T>
  Option add_option(const std::string& name, T& value, const std::string& description);
  /// A named value of an enum.
  template <NamedEnum E>
  Option add_option(const std::string& name, E& value, const std::string& description) {
    const auto set = [&value](const std::string& text) { value = *find_named<E>(text); };
    return add_text_option(name, set, description).one_of(kNames<E>);
  }
  template <NamedEnum E>
  Option add_option(const std::string& name, std::optional<E>& value, const std::string& description) {
    const auto set = [&value](const std::string& text) { value = find_named<E>(text); };
    return add_text_option(name, set, description).one_of(kNames<E>);
  }
  Option add_flag(const std::string& name, bool& value, const std::string& description);
  /// A flag that may be followed by a value, which otherwise stays empty.
  Option add_flag(const std::string& name, bool& is_given, std::string& value, const std::string& description);

  /// Sets the function that runs after parsing if this subcommand was given.
  void callback(std::function<void()> action);
  /// Runs action(options) after parsing. Returns the options, to be bound by add_option; they live at least
  /// until action returns.
  template <class Options>
  auto& callback(void (*action)(Options)) {
    auto options = std::make_shared<std::remove_cvref_t<Options>>();
    callback([=] { action(*options); });
    return *options;
  }
  bool was_given() const;

  const CLI::App& app() const { return *app_; }

 private:
  Option add_text_option(const std::string& name, const std::function<void(const std::string&)>& set,
                         const std::string& description);

  CLI::App* app_;
};

}  // namespace hourglass::cli
