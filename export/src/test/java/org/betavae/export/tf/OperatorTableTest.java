package org.betavae.export.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    for (OpDef.ArgDef o : op.getOutputArgList()) {
      line.append(' ').append(o.getName()).append(':');
      if (!o.getTypeListAttr().isEmpty()) {
        line.append('[').append(o.getTypeListAttr()).append(']');
        continue;
      }
      line.append(o.getNumberAttr().isEmpty() ? "" : o.getNumberAttr() + "*");
      if (o.getTypeAttr().isEmpty()) {
        line.append(o.getType().getNumber());
        continue;
      }
      line.append(o.getTypeAttr());
      for (OpDef.AttrDef a : op.getAttrList()) {
        if (a.getName().equals(o.getTypeAttr()) && a.hasDefaultValue()) {
          line.append('=').append(a.getDefaultValue().getTypeValue());
        }
      }
    }
    return line.toString();
  }

  @Test
  void type_isTheAttributesOrItsDefault() {
    assertEquals(
        DataType.DT_HALF, OperatorTable.type(node("Relu", Map.of("T", type(DataType.DT_HALF))), 0));
    assertEquals(DataType.DT_INT32, OperatorTable.type(node("Shape", Map.of()), 0));
    assertEquals(
        DataType.DT_INT64,
        OperatorTable.type(node("Shape", Map.of("out_type", type(DataType.DT_INT64))), 0));
    assertEquals(
        DataType.DT_BOOL,
        OperatorTable.type(node("Less", Map.of("T", type(DataType.DT_FLOAT))), 0));
  }

  @Test
  void outputs_areCountedOverListsOfThem() {
    AttrValue three = AttrValue.newBuilder().setI(3).build();
    TfNode split = node("Split", Map.of("num_split", three, "T", type(DataType.DT_FLOAT)));
    assertEquals("output:2", OperatorTable.reference(split, 2));
    assertEquals(DataType.DT_FLOAT, OperatorTable.type(split, 2));
    AttrValue types =
        AttrValue.newBuilder()
            .setList(
                AttrValue.ListValue.newBuilder()
                    .addAllType(List.of(DataType.DT_FLOAT, DataType.DT_STRING)))
            .build();
    assertEquals(DataType.DT_STRING, OperatorTable.type(node("IdentityN", Map.of("T", types)), 1));
    assertEquals("indices:0", OperatorTable.reference(node("TopKV2", Map.of("T", three)), 1));
  }

  @Test
  void randomOperators_areStateful_arithmeticIsNot() {
    assertTrue(OperatorTable.isStateful("RandomUniform"));
    assertTrue(OperatorTable.isStateful("Unheard"));
    assertFalse(OperatorTable.isStateful("Add"));
  }

  @Test
  void whatTheRegistryDoesNotHave_isNamed() {
    Exception unknown =
        assertThrows(
            ConversionException.class, () -> OperatorTable.type(node("Unheard", Map.of()), 0));
    assertTrue(unknown.getMessage().contains("Unheard (node 'n')"), unknown.getMessage());
    Exception output =
        assertThrows(
            ConversionException.class, () -> OperatorTable.reference(node("Relu", Map.of()), 1));
    assertTrue(output.getMessage().contains("no output 1"), output.getMessage());
  }
}
