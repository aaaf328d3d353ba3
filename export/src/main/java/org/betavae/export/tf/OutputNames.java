package org.betavae.export.tf;

import java.util.List;
import java.util.Map;

/**
 * Names of the outputs of operators that have several, in order. Function bodies refer to outputs
 * by name, graphs by number.
 *
 * <p>Operators with one output, or with one list of outputs, need no entry: their number is the one
 * after the name. Source: TensorFlow's operator registry.
 */
final class OutputNames {
  private static final List<String> NORM =
      List.of(
          "y",
          "batch_mean",
          "batch_variance",
          "reserve_space_1",
          "reserve_space_2",
          "reserve_space_3");
  private static final List<String> UNIQUE = List.of("y", "idx", "count");

  private static final Map<String, List<String>> NAMES =
      Map.ofEntries(
          Map.entry("FusedBatchNorm", NORM),
          Map.entry("FusedBatchNormV2", NORM),
          Map.entry("FusedBatchNormV3", NORM),
          Map.entry("TopK", List.of("values", "indices")),
          Map.entry("TopKV2", List.of("values", "indices")),
          Map.entry("Unique", UNIQUE),
          Map.entry("UniqueV2", UNIQUE),
          Map.entry("UniqueWithCounts", UNIQUE),
          Map.entry("UniqueWithCountsV2", UNIQUE),
          Map.entry("ListDiff", List.of("out", "idx")),
          Map.entry("MaxPoolWithArgmax", List.of("output", "argmax")),
          Map.entry("SoftmaxCrossEntropyWithLogits", List.of("loss", "backprop")),
          Map.entry("SparseSoftmaxCrossEntropyWithLogits", List.of("loss", "backprop")),
          Map.entry("StatelessRandomGetKeyCounter", List.of("key", "counter")),
          Map.entry("StatelessRandomGetKeyCounterAlg", List.of("key", "counter", "alg")),
          Map.entry("BroadcastGradientArgs", List.of("r0", "r1")),
          Map.entry("Switch", List.of("output_false", "output_true")),
          Map.entry("RefSwitch", List.of("output_false", "output_true")),
          Map.entry("Merge", List.of("output", "value_index")),
          Map.entry("RefMerge", List.of("output", "value_index")),
          Map.entry("TensorListPopBack", List.of("output_handle", "tensor")),
          Map.entry("TensorListConcat", List.of("tensor", "lengths")),
          Map.entry("TensorListConcatV2", List.of("tensor", "lengths")),
          Map.entry("TensorArrayV3", List.of("handle", "flow")),
          Map.entry("TensorArrayConcatV3", List.of("value", "lengths")),
          Map.entry("Svd", List.of("s", "u", "v")),
          Map.entry("Qr", List.of("q", "r")),
          Map.entry("Lu", List.of("lu", "p")),
          Map.entry("Eig", List.of("e", "v")),
          Map.entry("SelfAdjointEigV2", List.of("e", "v")),
          Map.entry("LogMatrixDeterminant", List.of("sign", "log_abs_determinant")),
          Map.entry("BlockLSTM", List.of("i", "cs", "f", "o", "ci", "co", "h")),
          Map.entry("BlockLSTMV2", List.of("i", "cs", "f", "o", "ci", "co", "h")),
          Map.entry("LSTMBlockCell", List.of("i", "cs", "f", "o", "ci", "co", "h")),
          Map.entry("GRUBlockCell", List.of("r", "u", "c", "h")),
          Map.entry(
              "CudnnRNNV3",
              List.of("output", "output_h", "output_c", "reserve_space", "host_reserved")),
          Map.entry("NonMaxSuppressionV4", List.of("selected_indices", "valid_outputs")),
          Map.entry(
              "NonMaxSuppressionV5",
              List.of("selected_indices", "selected_scores", "valid_outputs")),
          Map.entry("QuantizeV2", List.of("output", "output_min", "output_max")),
          Map.entry("Where", List.of("index")));

  private OutputNames() {}

  /** Number of output {@code name:index} of an operator. */
  static int flat(String op, String name, int index) {
    int at = NAMES.getOrDefault(op, List.of()).indexOf(name);
    return at < 0 ? index : at + index;
  }
}
