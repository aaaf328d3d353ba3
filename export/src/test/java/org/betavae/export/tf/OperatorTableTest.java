package org.betavae.export.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.betavae.export.ConversionException;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.OpDef;

/**
 * Keeps the table of operators equal to TensorFlow's registry. With {@code -Dbetavae.docs=write} it
 * writes the table anew.
 */
class OperatorTableTest {
  private static final String REMAKE =
      "mvn -q -pl export test -Dtest=OperatorTableTest -Dbetavae.docs=write";

  private static TfNode node(String op, Map<String, AttrValue> attributes) {
    return new TfNode("n", op, attributes, null);
  }

  private static AttrValue type(DataType t) {
    return AttrValue.newBuilder().setType(t).build();
  }

  @Test
  void table_isWhatTensorFlowsRegistrySays() throws IOException {
    StringBuilder expected = new StringBuilder("# Made by: " + REMAKE + "\n");
    TreeSet<String> lines = new TreeSet<>();
    for (OpDef op : TensorFlow.registeredOpList().getOpList()) {
      if (!op.getName().startsWith("_")) {
        lines.add(line(op));
      }
    }
    lines.forEach(l -> expected.append(l).append('\n'));
    if ("write".equals(System.getProperty("betavae.docs"))) {
      Path file = Path.of("src/main/resources/org/betavae/export/tf", OperatorTable.FILE);
      Path here = Files.exists(Path.of("export")) ? Path.of("export").resolve(file) : file;
      Files.createDirectories(here.getParent());
      Files.writeString(here, expected.toString());
      return;
    }
    try (InputStream in = OperatorTable.class.getResourceAsStream(OperatorTable.FILE)) {
      String found = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(expected.toString(), found, "Run: " + REMAKE);
    }
  }

  private static String line(OpDef op) {
    StringBuilder line = new StringBuilder(op.getName()).append(op.getIsStateful() ? "!" : "");
    op.getInputArgList().forEach(a -> line.append(' ').append(argument(op, a)));
    line.append(" >");
    op.getOutputArgList().forEach(a -> line.append(' ').append(argument(op, a)));
    return line.append(hasGradient(op.getName()) ? " +" : "").toString();
  }

  private static String argument(OpDef op, OpDef.ArgDef a) {
    if (!a.getTypeListAttr().isEmpty()) {
      return a.getName() + ":[" + a.getTypeListAttr() + "]";
    }
    String count = a.getNumberAttr().isEmpty() ? "" : a.getNumberAttr() + "*";
    if (a.getTypeAttr().isEmpty()) {
      return a.getName() + ":" + count + a.getType().getNumber();
    }
    String otherwise =
        op.getAttrList().stream()
            .filter(d -> d.getName().equals(a.getTypeAttr()) && d.hasDefaultValue())
            .map(d -> "=" + d.getDefaultValue().getTypeValue())
            .findFirst()
            .orElse("");
    return a.getName() + ":" + count + a.getTypeAttr() + otherwise;
  }

  /** The registry of gradients, which TensorFlow Java keeps to itself. */
  private static boolean hasGradient(String op) {
    try {
      Method m = TensorFlow.class.getDeclaredMethod("hasGradient", String.class);
      m.setAccessible(true);
      return (Boolean) m.invoke(null, op);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void type_isTheAttributesOrItsDefault() {
    assertEquals(
        DataType.DT_HALF, TfOperators.type(node("Relu", Map.of("T", type(DataType.DT_HALF))), 0));
    assertEquals(DataType.DT_INT32, TfOperators.type(node("Shape", Map.of()), 0));
    assertEquals(
        DataType.DT_INT64,
        TfOperators.type(node("Shape", Map.of("out_type", type(DataType.DT_INT64))), 0));
    assertEquals(
        DataType.DT_BOOL, TfOperators.type(node("Less", Map.of("T", type(DataType.DT_FLOAT))), 0));
  }

  @Test
  void outputs_areCountedOverListsOfThem() {
    AttrValue three = AttrValue.newBuilder().setI(3).build();
    TfNode split = node("Split", Map.of("num_split", three, "T", type(DataType.DT_FLOAT)));
    assertEquals("output:2", TfOperators.reference(split, 2));
    assertEquals(DataType.DT_FLOAT, TfOperators.type(split, 2));
    AttrValue types =
        AttrValue.newBuilder()
            .setList(
                AttrValue.ListValue.newBuilder()
                    .addAllType(List.of(DataType.DT_FLOAT, DataType.DT_STRING)))
            .build();
    assertEquals(DataType.DT_STRING, TfOperators.type(node("IdentityN", Map.of("T", types)), 1));
    assertEquals("indices:0", TfOperators.reference(node("TopKV2", Map.of("T", three)), 1));
  }

  @Test
  void randomOperators_areStateful_arithmeticIsNot() {
    assertTrue(TfOperators.isStateful("RandomUniform"));
    assertTrue(TfOperators.isStateful("Unheard"));
    assertFalse(TfOperators.isStateful("Add"));
  }

  @Test
  void inputsAndGradients_areThoseOfTheRegistry() {
    Map<String, AttrValue> all =
        TfOperators.attributes(
            "ConcatV2", Map.of(), List.of(DataType.DT_HALF, DataType.DT_HALF, DataType.DT_INT64));
    assertEquals(2, all.get("N").getI());
    assertEquals(DataType.DT_HALF, all.get("T").getType());
    assertEquals(DataType.DT_INT64, all.get("Tidx").getType());
    assertEquals(Arrays.asList("T", "T", "Tidx"), TfOperators.inputTypeAttributes("ConcatV2", all));
    assertEquals(List.of(DataType.DT_HALF), TfOperators.outputTypes("ConcatV2", all));
    assertTrue(TfOperators.hasGradient("Conv2D"));
    assertFalse(TfOperators.hasGradient("Conv3D"));
    assertFalse(TfOperators.hasGradient("Unheard"));
  }

  @Test
  void whatTheRegistryDoesNotHave_isNamed() {
    Exception unknown =
        assertThrows(
            ConversionException.class, () -> TfOperators.type(node("Unheard", Map.of()), 0));
    assertTrue(unknown.getMessage().contains("Unheard (node 'n')"), unknown.getMessage());
    Exception output =
        assertThrows(
            ConversionException.class, () -> TfOperators.reference(node("Relu", Map.of()), 1));
    assertTrue(output.getMessage().contains("no output 1"), output.getMessage());
  }
}
