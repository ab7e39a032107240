#pragma once

#include <onnx/onnx_pb.h>

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// An ONNX graph in the making. Values are known by their names.
class OnnxGraph {
 public:
  using Values = std::vector<std::string>;
  using Attribute = std::pair<std::string, std::variant<int64_t, float, std::vector<int64_t>>>;
  using Attributes = std::initializer_list<Attribute>;

  /// Adds a node; its outputs.
  Values nodes(const std::string& op, const Values& inputs, Attributes attributes, int outputs);
  /// Adds a node of one output.
  std::string node(const std::string& op, const Values& inputs, Attributes attributes = {}) {
    return nodes(op, inputs, attributes, 1).front();
  }

  /// A constant under this name, f32, added once.
  std::string constant(const std::string& name, ConstView values);
  std::string constant(const std::string& name, const std::vector<float>& values, Shape shape);
  /// A new list of integers.
  std::string integers(const std::vector<int64_t>& values);

  /// Declares an f32 input of the graph, (batch, …sample).
  std::string input(const std::string& name, const Shape& sample);
  /// Makes `value` an f32 output of the graph under `name`, (batch, …sample).
  std::string output(const std::string& name, const Shape& sample, const std::string& value);

  /// The bytes of a model file of this graph. Throws RuntimeFailure when ONNX's checker or shape inference refuses it.
  std::string bytes(const std::map<std::string, std::string>& metadata) &&;

 private:
  onnx::ModelProto model_;
  onnx::GraphProto& graph_ = *model_.mutable_graph();
};

}  // namespace hourglass
