package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.ModelInfo;
import org.betavae.serve.StaticPage;

/** {@code page}: the web page of a model as a folder for any web server. */
final class PageCommand extends Command {
  private static final Opt<Path> OUT =
      Opt.path("out", "DIR", "folder to write, new or empty").needed();
  private static final Opt<String> NAME =
      Opt.text("name", "NAME", "what the page calls the model; by default as its folder is called");
  private static final Opt<Boolean> OVERWRITE =
      CommonOptions.OVERWRITE.helped("replace the page that an earlier call wrote there");

  PageCommand() {
    super("page", CommandGroup.USE, "write a web page that moves a model's latents");
  }

  @Override
  List<Opt<?>> options() {
    return List.of(
        ModelSource.MODEL,
        OUT,
        NAME,
        OVERWRITE,
        ModelSource.INPUT,
        ModelSource.MEAN,
        ModelSource.LOG_VAR,
        ModelSource.LATENT,
        ModelSource.OUTPUT);
  }

  @Override
  String details() {
    return """
    The page computes the model in the browser, with no service behind it: put the folder on \
    any web server. It asks no other address for anything. Opened as a file it does not work.\
    """;
  }

  @Override
  List<String> examples() {
    return List.of("page --model first --out site", "page --model enc.onnx,dec.onnx --out site");
  }

  @Override
  Outcome run(Arguments args, Console console) {
    Path out = args.get(OUT);
    boolean overwrite = args.get(OVERWRITE);
    Targets.folder(OUT, out, overwrite, "Use --overwrite to replace the page in it");
    ModelSource.ModelFiles files = ModelSource.files(args, ModelSource.Need.DECODER);
    for (Path file : files.all()) {
      Targets.apart(OUT, out, ModelSource.MODEL, file);
    }
    StaticPage.checkTarget(out, overwrite);
    ModelInfo info = info(args);
    StaticPage.Model model =
        new StaticPage.Model(
            args.find(NAME).orElseGet(() -> name(files, info)),
            files.encoder(),
            files.decoder(),
            names(args));
    StaticPage.write(out, model, info, overwrite);
    ObjectNode json = Json.object().put("out", out.toString()).put("name", model.name());
    json.put("latent_size", info.latentSize());
    console.say(
        "Wrote the page of "
            + model.name()
            + ": "
            + out
            + "\nLook at it with any web server, such as: (cd "
            + Text.shellWord(out.toString())
            + " && python3 -m http.server 8000 --bind 127.0.0.1), then http://127.0.0.1:8000/");
    return Outcome.done(json);
  }

  /** Opens the model once, so that one that cannot be used is told here and not in a browser. */
  private static ModelInfo info(Arguments args) {
    try (BetaVaeModel model = ModelSource.open(args, ModelSource.Need.DECODER)) {
      return model.info();
    }
  }

  private static StaticPage.Names names(Arguments args) {
    return new StaticPage.Names(
        args.find(ModelSource.INPUT),
        args.find(ModelSource.MEAN),
        args.find(ModelSource.LOG_VAR),
        args.find(ModelSource.LATENT),
        args.find(ModelSource.OUTPUT));
  }

  /** The folder's name, of a run's folder {@code model} the run's. */
  private static String name(ModelSource.ModelFiles files, ModelInfo info) {
    Path folder = files.all().get(0).toAbsolutePath().normalize().getParent();
    if (folder != null && folder.endsWith("model")) {
      folder = folder.getParent();
    }
    return Optional.ofNullable(folder)
        .map(Path::getFileName)
        .map(Path::toString)
        .or(info::dataset)
        .orElse("model");
  }
}
