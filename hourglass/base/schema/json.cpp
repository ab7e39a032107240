#include "hourglass/base/schema/json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"

namespace hourglass {
namespace {

using Json = nlohmann::ordered_json;

/// Builds a Value from parse events of nlohmann-json, so that excessive depth or size and duplicate keys are refused
/// immediately.
class Builder {
 public:
  Builder(const std::string& name, const JsonOptions& options)
      : name_(name), options_(options), place_{std::make_shared<const std::string>(name)} {}

  bool null() {
    if (!options_.null_is_nan) fail("{}: JSON: null is not allowed", name_);
    return add(std::numeric_limits<double>::quiet_NaN());
  }
  bool boolean(bool b) { return add(b); }
  bool number_integer(int64_t i) { return add(i); }
  bool number_unsigned(uint64_t u) {
    return u <= INT64_MAX ? add(static_cast<int64_t>(u)) : add(static_cast<double>(u));
  }
  bool number_float(double d, const std::string&) { return add(d); }
  bool string(std::string& s) { return add(std::move(s)); }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(size_t) { return add(Value::Table()); }
  bool start_array(size_t) { return add(Value::List()); }
  bool key(std::string& k) {
    open_.back()->as<Value::Table>()->push_back({std::move(k), place_, {}});
    return true;
  }
  bool end_object() {
    refuse_duplicates(*open_.back()->as<Value::Table>());
    return end_array();
  }
  bool end_array() {
    open_.pop_back();
    return true;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& e) {
    // The message of nlohmann-json starts with its error number, followed by the sentence.
    const std::string text = e.what();
    fail("{}: JSON: byte {}: {}", name_, position, text.substr(std::min(text.find("] ") + 2, text.size())));
  }

  Value take() { return std::move(root_); }

 private:
  static constexpr size_t kMaxDepth = 64;

  // Pointers in open_ stay valid: a container grows only while it is the innermost open one.
  bool add(decltype(Value::data) data) {
    if (++values_ > options_.most_values) fail("{}: JSON: more than {} values", name_, options_.most_values);
    Value& value = open_.empty() ? root_ : new_item(*open_.back());
    value = {std::move(data), place_};
    if (!value.as<Value::List>() && !value.as<Value::Table>()) return true;
    if (open_.size() == kMaxDepth) fail("{}: JSON: nested deeper than {} levels", name_, kMaxDepth);
    open_.push_back(&value);
    return true;
  }

  /// A new item of a list, or the value of the newest key of a table.
  static Value& new_item(Value& container) {
    auto* list = container.as<Value::List>();
    return list ? list->emplace_back() : container.as<Value::Table>()->back().value;
  }

  void refuse_duplicates(const Value::Table& table) const {
    std::set<std::string_view> keys;
    for (const auto& entry : table)
      if (!keys.insert(entry.key).second) fail("{}: JSON: key \"{}\" appears twice", name_, entry.key);
  }

  std::string name_;
  JsonOptions options_;
  Place place_;
  Value root_;
  std::vector<Value*> open_;
  size_t values_ = 0;
};

struct ToJson {
  Json operator()(const Value::List& list) const {
    Json json = Json::array();
    for (const Value& v : list) json.push_back(std::visit(*this, v.data));
    return json;
  }
  Json operator()(const Value::Table& table) const {
    Json json = Json::object();
    for (const auto& entry : table) json[checked(entry.key)] = std::visit(*this, entry.value.data);
    return json;
  }
  Json operator()(const std::string& text) const { return checked(text); }
  Json operator()(const auto& scalar) const { return scalar; }

  static const std::string& checked(const std::string& text) {
    if (first_not_utf8(text))
      fail("text \"{}\" is not UTF-8, so that no file of a run can hold it; another name is needed", text);
    return text;
  }
};

}  // namespace

Value parse_json(std::string_view text, const std::string& name, const JsonOptions& options) {
  Builder builder(name, options);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

std::string json_text(const Value& value) { return std::visit(ToJson{}, value.data).dump(); }

}  // namespace hourglass
