#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Builder of an ONNX graph. Values are identified by their names.
class OnnxGraph {
 public:
  using Values = std::vector<std::string>;
  using Attribute = std::pair<std::string, std::variant<int64_t, float, std::string, std::vector<int64_t>>>;
  using Attributes = std::vector<Attribute>;

  /// Adds a node and returns its outputs.
  Values nodes(const std::string& op, const Values& inputs, const Attributes& attributes, int outputs);
  /// Adds a node with one output and returns it.
  std::string node(const std::string& op, const Values& inputs, const Attributes& attributes = {}) {
    return nodes(op, inputs, attributes, 1).front();
  }

  /// Adds an f32 constant unless one of this name is there, and returns the name.
  std::string constant(const std::string& name, ConstView values);
  std::string constant(const std::string& name, const std::vector<float>& values, Shape shape);
  /// Adds a constant list of integers and returns its name.
  std::string integers(const std::vector<int64_t>& values);

  /// Declares an f32 input of the graph, (batch, …sample), and returns its name.
  std::string input(const std::string& name, const Shape& sample);
  /// Renames `value` to `name`, declares it as an f32 output of the graph, (batch, …sample), and returns the name.
  std::string output(const std::string& name, const Shape& sample, const std::string& value);

  /// Bytes of a model file of this graph. Throws RuntimeFailure when ONNX's checker or shape inference rejects it.
  std::string bytes(const std::map<std::string, std::string>& metadata) &&;

 private:
  onnx::ModelProto model_;
  onnx::GraphProto& graph_ = *model_.mutable_graph();
};

}  // namespace hourglass
