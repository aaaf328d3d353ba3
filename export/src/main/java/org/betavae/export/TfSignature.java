package org.betavae.export;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One signature of a SavedModel, for people who look at a file.
 *
 * @param name such as {@code serving_default}
 * @param inputs in the order of their names
 * @param outputs in the order of their names
 * @param operatorCounts how many nodes of each TensorFlow operator the outputs need, functions
 *     inlined
 */
public record TfSignature(
    String name,
    List<TensorSpec> inputs,
    List<TensorSpec> outputs,
    SortedMap<String, Integer> operatorCounts) {
  /** Copies the collections. */
  public TfSignature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    operatorCounts =
        Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, Integer>) operatorCounts));
  }
}
