package org.betavae.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Options that several commands share, so that they read and mean the same everywhere. */
final class CommonOptions {
  static final Opt<Boolean> HELP = Opt.flag("help", "show this text");
  static final Opt<Boolean> JSON =
      Opt.flag("json", "print one JSON object on standard output and nothing else there");
  static final Opt<Boolean> DEBUG =
      Opt.flag("debug", "show stack traces and what the native libraries log");

  static final Opt<Long> SEED = Opt.seed();

  /** So that scripts may give a seed to every command alike. */
  private static final Opt<Long> UNUSED_SEED =
      SEED.helped("accepted everywhere; this command draws nothing at random");

  static final Opt<Boolean> OVERWRITE =
      Opt.flag("overwrite", "replace what an earlier run wrote there");
  static final Opt<String> DATA =
      Opt.text(
          "data",
          "SRC",
          "sprites, sprites:small, a .npz, .npy or .csv file, an IDX file, or a folder of pictures");
  static final Opt<Path> OUT = Opt.path("out", "PATH", "where to write").needed();

  private CommonOptions() {}

  /** The options of a command and those that every command has. */
  static List<Opt<?>> of(Command command) {
    List<Opt<?>> all = new ArrayList<>(command.options());
    if (all.stream().noneMatch(option -> option.name().equals(SEED.name()))) {
      all.add(UNUSED_SEED);
    }
    all.addAll(List.of(JSON, DEBUG, HELP));
    return all;
  }
}
