package org.betavae.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.betavae.serve.ModelFolder;

/** The models that {@code serve} is given, and their names. */
final class ServedModels {
  static final Opt<List<String>> OPTION =
      Opt.texts("model", "[NAME=]MODEL", "a model folder or a run folder, once for each model")
          .needed();

  private static final String MODEL = "model";

  private ServedModels() {}

  /**
   * The folders, named as given, or after their own name; a folder {@code model} after the one that
   * it lies in.
   */
  static List<ModelFolder> folders(Arguments args) {
    List<ModelFolder> folders = new ArrayList<>();
    for (String text : args.get(OPTION)) {
      int equals = text.indexOf('=');
      boolean named = equals >= 0 && !Files.exists(Path.of(text));
      if (named && (equals == 0 || equals == text.length() - 1)) {
        throw CommandException.unusable(
            "serve: --model is \""
                + text
                + "\", expected NAME=MODEL or MODEL. Write both sides of '='.");
      }
      Path folder = ModelSource.folder(Path.of(named ? text.substring(equals + 1) : text));
      String name = named ? text.substring(0, equals) : nameOf(folder);
      folders.add(new ModelFolder(name, folder));
    }
    return folders;
  }

  private static String nameOf(Path folder) {
    Path path = folder.toAbsolutePath().normalize();
    if (path.endsWith(MODEL) && path.getParent() != null) {
      path = path.getParent();
    }
    Path last = path.getFileName();
    String name = last == null ? "" : last.toString().replaceAll("[^A-Za-z0-9._-]", "-");
    name = name.replaceFirst("^[^A-Za-z0-9]+", "");
    return name.isEmpty() ? MODEL : name.substring(0, Math.min(name.length(), 64));
  }
}
