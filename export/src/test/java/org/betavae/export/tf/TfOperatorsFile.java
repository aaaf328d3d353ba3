package org.betavae.export.tf;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.OpDef;

/**
 * Writes {@code tf-operators.txt} from TensorFlow's registry: {@code mvn -q test-compile exec:java}
 * is not needed, run {@link #main} from an IDE or a class path with the test classes.
 */
final class TfOperatorsFile {
  private TfOperatorsFile() {}

  /** Writes the file given as the only argument. */
  public static void main(String[] args) throws IOException {
    Files.writeString(Path.of(args[0]), text());
  }

  /** What the file should say. */
  static String text() {
    List<String> lines = new ArrayList<>();
    for (OpDef op : TensorFlow.registeredOpList().getOpList()) {
      if (isOfUse(op)) {
        lines.add(line(op));
      }
    }
    lines.sort(null);
    return "# Made by TfOperatorsFile from TensorFlow's registry; do not edit.\n"
        + String.join("\n", lines)
        + "\n";
  }

  private static boolean isOfUse(OpDef op) {
    return !op.getName().startsWith("_")
        && !op.hasDeprecation()
        && op.getInputArgList().stream().noneMatch(TfOperatorsFile::isForeign)
        && op.getOutputArgList().stream().noneMatch(TfOperatorsFile::isForeign);
  }

  private static boolean isForeign(OpDef.ArgDef a) {
    return a.getIsRef() || a.getType().name().contains("RESOURCE");
  }

  private static String line(OpDef op) {
    StringBuilder out = new StringBuilder(hasGradient(op.getName()) ? "+" : "-");
    out.append(op.getName());
    op.getInputArgList().forEach(a -> out.append(' ').append(argument(a)));
    out.append(" >");
    op.getOutputArgList().forEach(a -> out.append(' ').append(argument(a)));
    for (OpDef.AttrDef a : op.getAttrList()) {
      if (a.getType().equals("type") && a.hasDefaultValue()) {
        out.append(' ').append(a.getName()).append('=').append(number(a.getDefaultValue()));
      }
    }
    return out.toString();
  }

  private static int number(AttrValue v) {
    return v.getTypeValue();
  }

  private static String argument(OpDef.ArgDef a) {
    if (!a.getTypeListAttr().isEmpty()) {
      return "@" + a.getTypeListAttr();
    }
    String type = a.getTypeAttr().isEmpty() ? "#" + a.getTypeValue() : a.getTypeAttr();
    return a.getNumberAttr().isEmpty() ? type : a.getNumberAttr() + "*" + type;
  }

  private static boolean hasGradient(String op) {
    try {
      Method m = TensorFlow.class.getDeclaredMethod("hasGradient", String.class);
      m.setAccessible(true);
      return (Boolean) m.invoke(null, op);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
