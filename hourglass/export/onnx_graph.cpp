#include "hourglass/export/onnx_graph.h"

#include <onnx/checker.h>
#include <onnx/defs/attr_proto_util.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <limits>
#include <span>

#include "hourglass/base/version.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr int kOpset = 13, kIrVersion = 7;

void declare(onnx::ValueInfoProto& value, const std::string& name, const Shape& sample) {
  value.set_name(name);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  tensor.mutable_shape()->add_dim()->set_dim_param("batch");
  for (const int64_t extent : sample) tensor.mutable_shape()->add_dim()->set_dim_value(extent);
}

void fill(onnx::TensorProto& tensor, const std::string& name, onnx::TensorProto::DataType type,
          std::span<const int64_t> shape, const void* values, size_t bytes) {
  tensor.set_name(name);
  tensor.set_data_type(type);
  tensor.mutable_dims()->Assign(shape.begin(), shape.end());
  tensor.set_raw_data(values, bytes);
}

/// Throws RuntimeFailure unless the model is valid.
void check(onnx::ModelProto& model) {
  try {
    onnx::checker::check_model(model);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), {true, 1, true});
  } catch (const std::exception& e) {
    throw RuntimeFailure(fmt::format("the ONNX graph of this model is not valid: {}", e.what()));
  }
}

}  // namespace

OnnxGraph::Values OnnxGraph::nodes(const std::string& op, const Values& inputs, const Attributes& attributes,
                                   int outputs) {
  const std::string name = fmt::format("{}_{}", op, graph_.node_size());
  onnx::NodeProto& node = *graph_.add_node();
  node.set_name(name);
  node.set_op_type(op);
  node.mutable_input()->Assign(inputs.begin(), inputs.end());
  for (const auto& attribute : attributes)
    std::visit([&](const auto& value) { *node.add_attribute() = onnx::MakeAttribute(attribute.first, value); },
               attribute.second);
  Values created;
  for (int i = 0; i < outputs; ++i) created.push_back(i == 0 ? name : fmt::format("{}.{}", name, i));
  node.mutable_output()->Assign(created.begin(), created.end());
  return created;
}

std::string OnnxGraph::constant(const std::string& name, ConstView values) {
  const auto& all = graph_.initializer();
  if (std::ranges::none_of(all, [&](const auto& tensor) { return tensor.name() == name; }))
    fill(*graph_.add_initializer(), name, onnx::TensorProto::FLOAT, {values.shape().begin(), values.shape().end()},
         to_host(values).as<float>().data(), static_cast<size_t>(values.size()) * sizeof(float));
  return name;
}

std::string OnnxGraph::constant(const std::string& name, const std::vector<float>& values, Shape shape) {
  HOURGLASS_CHECK(shape.size() == static_cast<int64_t>(values.size()));
  return constant(name, {reinterpret_cast<const std::byte*>(values.data()), DType::f32, shape});
}

std::string OnnxGraph::integers(const std::vector<int64_t>& values) {
  const std::vector<int64_t> shape = {static_cast<int64_t>(values.size())};
  const std::string name = fmt::format("integers_{}", graph_.initializer_size());
  fill(*graph_.add_initializer(), name, onnx::TensorProto::INT64, shape, values.data(),
       values.size() * sizeof(int64_t));
  return name;
}

std::string OnnxGraph::input(const std::string& name, const Shape& sample) {
  declare(*graph_.add_input(), name, sample);
  return name;
}

std::string OnnxGraph::output(const std::string& name, const Shape& sample, const std::string& value) {
  for (onnx::NodeProto& node : *graph_.mutable_node()) {
    std::ranges::replace(*node.mutable_input(), value, name);
    std::ranges::replace(*node.mutable_output(), value, name);
  }
  declare(*graph_.add_output(), name, sample);
  return name;
}

std::string OnnxGraph::bytes(const std::map<std::string, std::string>& metadata) && {
  model_.set_ir_version(kIrVersion);
  model_.set_producer_name("hourglass");
  model_.set_producer_version(version());
  model_.add_opset_import()->set_version(kOpset);
  graph_.set_name("hourglass");
  for (const auto& [key, value] : metadata) {
    auto& property = *model_.add_metadata_props();
    property.set_key(key);
    property.set_value(value);
  }
  check(model_);
  std::string bytes;
  if (!model_.SerializeToString(&bytes))
    throw RuntimeFailure(
        fmt::format("this model's graph of {} bytes cannot be written as ONNX", model_.ByteSizeLong()));
  return bytes;
}

}  // namespace hourglass
