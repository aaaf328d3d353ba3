package org.betavae.export.totf;

import static org.betavae.export.ElementType.BFLOAT16;
import static org.betavae.export.ElementType.FLOAT16;
import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.UINT16;
import static org.betavae.export.ElementType.UINT64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxNet;
import org.betavae.export.Tensor;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.proto.KernelDef;
import org.tensorflow.proto.KernelList;

/**
 * Keeps the table of kernels equal to TensorFlow's own list. With {@code -Dbetavae.docs=write} it
 * writes the table anew.
 */
class KernelsTest {
  private static final String REMAKE =
      "mvn -q -pl export test -Dtest=KernelsTest -Dbetavae.docs=write";

  private static final Set<Integer> NUMBERS = Set.of(1, 2, 3, 4, 5, 6, 9, 14, 17, 19, 22, 23);

  @Test
  void table_isWhatTensorFlowSays() throws IOException {
    StringBuilder expected = new StringBuilder("# Made by: " + REMAKE + "\n");
    types()
        .forEach(
            (op, byAttribute) ->
                byAttribute.forEach(
                    (attribute, types) -> {
                      if (!types.containsAll(NUMBERS)) {
                        expected.append(op).append(' ').append(attribute);
                        types.forEach(t -> expected.append(' ').append(t));
                        expected.append('\n');
                      }
                    }));
    if ("write".equals(System.getProperty("betavae.docs"))) {
      Path file = Path.of("src/main/resources/org/betavae/export/totf", Kernels.FILE);
      Path here = Files.exists(Path.of("export")) ? Path.of("export").resolve(file) : file;
      Files.createDirectories(here.getParent());
      Files.writeString(here, expected.toString());
      return;
    }
    try (InputStream in = Kernels.class.getResourceAsStream(Kernels.FILE)) {
      String found = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(expected.toString(), found, "Run: " + REMAKE);
    }
  }

  /** Types of all kernels for processors, by operator and attribute. */
  private static Map<String, Map<String, Set<Integer>>> types() throws IOException {
    TensorFlow.version(); // loads the library
    Map<String, Map<String, Set<Integer>>> all = new TreeMap<>();
    TF_Buffer buffer =
        org.tensorflow.internal.c_api.global.tensorflow.TF_GetAllRegisteredKernels(
            TF_Status.newStatus());
    byte[] bytes = new byte[Math.toIntExact(buffer.length())];
    new BytePointer(buffer.data()).capacity(bytes.length).get(bytes);
    for (KernelDef k : KernelList.parseFrom(bytes).getKernelList()) {
      if (!k.getDeviceType().equals("CPU")
          || k.getOp().startsWith("_")
          || !k.getLabel().isEmpty()) {
        continue;
      }
      for (KernelDef.AttrConstraint c : k.getConstraintList()) {
        Set<Integer> types =
            c.getAllowedValues().getList().getTypeValueList().stream().collect(Collectors.toSet());
        if (!types.isEmpty()) {
          all.computeIfAbsent(k.getOp(), o -> new TreeMap<>())
              .computeIfAbsent(c.getName(), a -> new TreeSet<>())
              .addAll(types);
        }
      }
    }
    return all;
  }

  @Test
  void missingKernels_areGoneAround_inATypeThatHoldsTheNumbers() {
    new OnnxNet(17)
        .in("a", Tensor.ofLongs(UINT16, new long[] {2}, i -> 40_000 + i))
        .in("b", Tensor.ofLongs(UINT16, new long[] {2}, i -> 1))
        .node("Pow(a,b) -> y")
        .out("y", UINT16)
        .expect("y", Tensor.ofLongs(UINT16, new long[] {2}, i -> 40_000 + i));
    for (ElementType half : new ElementType[] {FLOAT16, BFLOAT16}) {
      new OnnxNet(17)
          .in("a", Tensor.ofDoubles(half, new long[] {2}, i -> -3.5 + i))
          .in("b", Tensor.ofDoubles(half, new long[] {2}, i -> 2))
          .node("Mod(a,b) -> y", "fmod", 1)
          .out("y", half)
          .expect("y", Tensor.ofDoubles(half, new long[] {2}, i -> i == 0 ? -1.5 : -0.5));
    }
  }

  @Test
  void typeWithoutAny_isNamed() {
    Exception e =
        assertThrows(
            ConversionException.class,
            () ->
                new OnnxNet(17)
                    .in("a", Tensor.ofLongs(UINT64, new long[] {1}, i -> 1))
                    .in("b", Tensor.ofDoubles(FLOAT32, new long[] {1}, i -> 1))
                    .node("Round(a) -> y")
                    .out("y", UINT64)
                    .expect());
    assertTrue(e.getMessage().contains("Round"), e.getMessage());
  }
}
