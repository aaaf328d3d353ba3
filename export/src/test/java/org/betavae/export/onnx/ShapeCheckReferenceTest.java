package org.betavae.export.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.betavae.export.ConversionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every ONNX file of the reference folder that is not there to be broken is read. */
@Tag("reference")
final class ShapeCheckReferenceTest {
  private static final Path REFERENCE =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference");

  @Test
  void soundModels_areRead_andInferredShapesAreTheDeclaredOnes() throws IOException {
    assumeTrue(Files.isDirectory(REFERENCE), "no reference models in " + REFERENCE);
    List<Path> files;
    try (Stream<Path> all = Files.walk(REFERENCE, FileVisitOption.FOLLOW_LINKS)) {
      files =
          all.filter(f -> f.toString().endsWith(".onnx") && !f.toString().contains("broken"))
              .sorted()
              .toList();
    }
    List<String> wrong = new ArrayList<>();
    int dims = 0;
    for (Path file : files) {
      try {
        ModelProto model = OnnxFiles.read(file);
        ShapeCheck check = new ShapeCheck(model, file.toString());
        check.run();
        for (ValueInfoProto out : model.getGraph().getOutputList()) {
          dims += compare(file, check.value(out.getName()), out, wrong);
        }
      } catch (ConversionException e) {
        wrong.add(e.getMessage());
      }
    }
    System.out.println(
        "shapes: " + files.size() + " files read, " + dims + " dimensions of outputs compared");
    assertEquals(List.of(), wrong);
    assertTrue(files.isEmpty() || dims > 0, "nothing was compared");
  }

  private static int compare(
      Path file, OnnxValue inferred, ValueInfoProto declared, List<String> wrong) {
    var shape = declared.getType().getTensorType().getShape();
    boolean comparable =
        inferred != null
            && inferred.shape() != null
            && declared.getType().getTensorType().hasShape();
    if (!comparable) {
      return 0;
    }
    if (shape.getDimCount() != inferred.rank()) {
      wrong.add(file + ": " + declared.getName() + " is " + inferred.shape() + ", not " + shape);
      return 0;
    }
    int compared = 0;
    for (int i = 0; i < shape.getDimCount(); i++) {
      Dim dim = inferred.shape().get(i);
      if (dim.isKnown() && shape.getDim(i).hasDimValue()) {
        compared++;
        if (dim.value() != shape.getDim(i).getDimValue()) {
          wrong.add(
              file + ": " + declared.getName() + " is " + inferred.shape() + ", not " + shape);
        }
      }
    }
    return compared;
  }
}
