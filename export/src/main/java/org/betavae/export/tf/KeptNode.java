package org.betavae.export.tf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.betavae.export.Tensor;

/**
 * A node of an ONNX model that became several nodes of a TensorFlow graph, kept so that those can
 * become the one node again.
 *
 * @param op operator of ONNX's own domain, as the origin's operator set has it
 * @param name of the node
 * @param attributes by name: Long, Float, String, long[], float[], list of texts, or {@link Tensor}
 * @param inputs where its inputs are; null where one is left out
 * @param outputs where its outputs are; null where nothing reads one
 * @param check what {@link KeptCheck} gave for the nodes in between
 */
public record KeptNode(
    String op,
    String name,
    Map<String, Object> attributes,
    List<Place> inputs,
    List<Place> outputs,
    String check) {
  /** Copies the collections. */
  public KeptNode {
    attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    inputs = Collections.unmodifiableList(new ArrayList<>(inputs));
    outputs = Collections.unmodifiableList(new ArrayList<>(outputs));
  }

  /**
   * A value of the ONNX model in the TensorFlow graph.
   *
   * @param node that has it; empty for a constant
   * @param index which output of the node
   * @param constant null unless it is one
   * @param moves what makes the ONNX node's input of the tensor, or the tensor of its output
   */
  public record Place(String node, int index, Tensor constant, List<Move> moves) {
    /** Copies the list. */
    public Place {
      moves = List.copyOf(moves);
    }
  }

  /**
   * The same elements in another order or under another shape.
   *
   * @param numbers order of dimensions, or a shape with at most one -1
   * @param transposes true for an order
   */
  public record Move(List<Long> numbers, boolean transposes) {
    /** Copies the list. */
    public Move {
      numbers = List.copyOf(numbers);
    }
  }
}
