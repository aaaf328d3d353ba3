package org.betavae.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;
import org.betavae.infer.ModelException;
import org.betavae.infer.ModelInfo;

/**
 * The place of one served model. {@link #reload} opens the folder anew and puts the new model in
 * the old one's place; calls that hold the old one end with it, and it closes after the last.
 */
final class ModelSlot implements AutoCloseable {
  private static final List<String> FILES = List.of("encoder.onnx", "decoder.onnx", "model.json");

  private final ModelFolder folder;
  private final Function<ModelFolder, OpenModel> opener;
  private volatile OpenModel current;
  private volatile String stamp;

  /** Opens the model. */
  ModelSlot(ModelFolder folder, Function<ModelFolder, OpenModel> opener) {
    this.folder = folder;
    this.opener = opener;
    stamp = stampNow();
    current = opener.apply(folder);
  }

  String name() {
    return folder.name();
  }

  /** Images that wait to become part of a batch. */
  int queued() {
    return current.queued();
  }

  /**
   * The model as it is now; the caller closes it.
   *
   * @throws IllegalStateException if the slot is closed
   */
  OpenModel lease() {
    while (true) {
      OpenModel model = current;
      if (model.retain()) {
        return model;
      }
      if (model == current) {
        throw new IllegalStateException(
            "The model '"
                + name()
                + "' is closed, expected an open one. Ask a service that is not being stopped.");
      }
    }
  }

  /**
   * Opens the folder anew; if that fails, the old model stays.
   *
   * @throws ModelException if it cannot be opened, or lacks a part that the old model has, as where
   *     its files are still being copied
   */
  synchronized void reload() {
    stamp = stampNow();
    OpenModel next = opener.apply(folder);
    OpenModel old = current;
    try {
      requireParts(old.info(), next.info());
    } catch (ModelException e) {
      next.close();
      throw e;
    }
    current = next;
    old.close();
  }

  private void requireParts(ModelInfo old, ModelInfo next) {
    boolean noEncoder = old.hasEncoder() && !next.hasEncoder();
    if (noEncoder || (old.hasDecoder() && !next.hasDecoder())) {
      throw new ModelException(
          folder.folder(),
          "it has no "
              + (noEncoder ? "encoder.onnx" : "decoder.onnx")
              + " any more, expected one as before. Put it back, or start the service again to"
              + " serve the model without.");
    }
  }

  /** Whether the files differ from those that were opened, or that could not be opened, last. */
  boolean isStale() {
    return !stampNow().equals(stamp);
  }

  /** Tells one state of the files from another. */
  String stampNow() {
    StringJoiner text = new StringJoiner(" ");
    for (String name : FILES) {
      Path file = folder.folder().resolve(name);
      try {
        text.add(Files.getLastModifiedTime(file) + ":" + Files.size(file));
      } catch (IOException e) {
        text.add("none");
      }
    }
    return text.toString();
  }

  @Override
  public synchronized void close() {
    current.close();
  }
}
