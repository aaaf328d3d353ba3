package org.betavae.infer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * An input or output of an ONNX file.
 *
 * @param type element type as ONNX Runtime names it, or the kind of value if it is no tensor
 * @param dims first the batch; −1 where the file leaves the size free; empty if the file gives no
 *     shape
 */
record TensorSpec(String name, String type, List<Long> dims) {
  static final String FLOAT = "FLOAT";

  TensorSpec {
    dims = List.copyOf(dims);
  }

  // Written out, as is hashCode: what the compiler makes for a record links its parts by method
  // handles when it is first called, some 20 ms of the start of a JVM.
  @Override
  public boolean equals(Object other) {
    return other instanceof TensorSpec spec
        && name.equals(spec.name)
        && type.equals(spec.type)
        && dims.equals(spec.dims);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + type.hashCode()) + dims.hashCode();
  }

  boolean isFloat() {
    return type.equals(FLOAT);
  }

  /** Batch size that the file insists on, or 0 if it is free. */
  int fixedBatch() {
    return dims.isEmpty() || dims.get(0) < 0 ? 0 : Math.toIntExact(dims.get(0));
  }

  /** The same with a batch that is fixed. */
  TensorSpec withBatch(long batch) {
    List<Long> sizes = new ArrayList<>(dims);
    sizes.set(0, batch);
    return new TensorSpec(name, type, sizes);
  }

  /** All sizes but the batch. */
  List<Long> itemDims() {
    return dims.subList(1, dims.size());
  }

  /** Number of values of one item, or 0 if a size is free or too large to be true. */
  int itemSize() {
    if (dims.isEmpty()) {
      return 0;
    }
    long size = 1;
    for (long dim : itemDims()) {
      if (dim <= 0 || dim > Integer.MAX_VALUE) {
        return 0;
      }
      size *= dim;
      if (size > Integer.MAX_VALUE) {
        return 0;
      }
    }
    return (int) size;
  }

  /** Sizes of a tensor of {@code batch} items. */
  long[] shape(int batch) {
    long[] shape = new long[dims.size()];
    shape[0] = batch;
    for (int i = 1; i < shape.length; i++) {
      shape[i] = dims.get(i);
    }
    return shape;
  }

  /** For messages: {@code 'mean' FLOAT [N, 10]}. */
  @Override
  public String toString() {
    String sizes =
        dims.isEmpty()
            ? "of unknown shape"
            : dims.stream()
                .map(d -> d < 0 ? "N" : d.toString())
                .collect(Collectors.joining(", ", "[", "]"));
    return "'" + name + "' " + type + " " + sizes;
  }

  /**
   * Those that pass a test, in order. A loop, as elsewhere on the way to the first result: the
   * classes of the first stream of a JVM take some 20 ms.
   */
  static List<TensorSpec> where(List<TensorSpec> specs, Predicate<TensorSpec> test) {
    List<TensorSpec> passed = new ArrayList<>();
    for (TensorSpec spec : specs) {
      if (test.test(spec)) {
        passed.add(spec);
      }
    }
    return passed;
  }

  static String list(List<TensorSpec> specs) {
    return specs.stream().map(TensorSpec::toString).collect(Collectors.joining(", "));
  }
}
