package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.betavae.export.ModelHint.Wanted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelHintTest {
  @TempDir Path folder;

  private Path write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void assertHint(Path path, Wanted wanted, String... parts) {
    String hint = ModelHint.of(path, wanted).orElse("");
    for (String part : parts) {
      assertTrue(hint.contains(part), part + " is not in: " + hint);
    }
  }

  @Test
  void filesOfOtherPrograms_areNamed_withWhatToDo() throws IOException {
    Path h5 = write("m.h5", "\u0089HDF\r\n\u001a\n");
    Path keras = write("m.keras", "PK\u0003\u0004....");
    Path lite = write("m.tflite", "\u001c\0\0\0TFL3");
    for (Wanted wanted : Wanted.values()) {
      assertHint(h5, wanted, "HDF5", "model.export(FOLDER)");
      assertHint(keras, wanted, "Keras' own format", "model.export(FOLDER)");
      assertHint(lite, wanted, "TensorFlow Lite", "the SavedModel that it was made from");
    }
    assertHint(write("m.onnx", "x"), Wanted.SAVED_MODEL, "an ONNX file already");
    assertHint(write("frozen.pb", "x"), Wanted.SAVED_MODEL, "TfModel.ofGraphDef", "--graph-def");
  }

  @Test
  void whatIsOfTheKindWanted_orUnknown_getsNoHint() throws IOException {
    assertEquals(Optional.empty(), ModelHint.of(write("m.onnx", "x"), Wanted.ONNX));
    assertEquals(Optional.empty(), ModelHint.of(write("frozen.pb", "x"), Wanted.GRAPH_DEF));
    assertEquals(Optional.empty(), ModelHint.of(write("z.zip", "PK\u0003\u0004"), Wanted.ONNX));
    assertEquals(Optional.empty(), ModelHint.of(write("short", ""), Wanted.ONNX));
    assertEquals(Optional.empty(), ModelHint.of(folder.resolve("none"), Wanted.SAVED_MODEL));
    assertEquals(
        Optional.empty(),
        ModelHint.of(Files.createDirectory(folder.resolve("empty")), Wanted.SAVED_MODEL));
  }

  @Test
  void foldersAboveAndBelow_nameTheSavedModels() throws IOException {
    Path file = write("run/saved_model/encoder/saved_model.pb", "x");
    Path encoder = file.getParent();
    write("run/saved_model/decoder/saved_model.pb", "x");
    write("run/saved_model/encoder/variables/variables.index", "x");
    String decoder = folder.resolve("run/saved_model/decoder").toString();
    for (Path above : List.of(folder, folder.resolve("run"), encoder.getParent())) {
      assertHint(above, Wanted.SAVED_MODEL, decoder + ", " + encoder + ": name one");
    }
    for (Path part : List.of(file, encoder.resolve("variables"))) {
      assertHint(part, Wanted.SAVED_MODEL, "part of the SavedModel " + encoder);
    }
    assertHint(encoder, Wanted.ONNX, "folder of a SavedModel", "convert --saved-model");
    assertHint(encoder, Wanted.GRAPH_DEF, "TfModel.ofSavedModel");
  }

  @Test
  void errorsOfReaders_endWithTheHint() throws IOException {
    Path keras = write("m.keras", "PK\u0003\u0004....");
    List<Exception> errors =
        List.of(
            assertThrows(ConversionException.class, () -> TfModel.ofSavedModel(keras)),
            assertThrows(ConversionException.class, () -> TfModel.graphDefEnds(keras)),
            assertThrows(ConversionException.class, () -> OnnxModel.read(keras)));
    for (Exception e : errors) {
      assertTrue(e.getMessage().startsWith("Cannot read " + keras), e.getMessage());
      assertTrue(e.getMessage().contains("Keras' own format"), e.getMessage());
    }
  }
}
