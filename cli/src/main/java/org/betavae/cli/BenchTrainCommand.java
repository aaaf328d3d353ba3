package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.betavae.data.Dataset;
import org.betavae.export.Producer;
import org.betavae.train.StepProfile;
import org.betavae.train.TrainBenchmark;
import org.betavae.train.TrainConfig;

/** {@code bench train}: how fast training is. */
final class BenchTrainCommand extends Command {
  /** Reads as {@link TrainOptions#STEPS} does, whose name it has. */
  private static final Opt<Long> STEPS = Opt.whole("steps", "timed steps", 1, 10_000_000).or(200L);

  private static final Opt<Integer> WARM_UP =
      Opt.integer("warm-up", "steps before them that do not count", 0, 1_000_000).or(20);
  private static final Opt<Integer> WINDOW =
      Opt.integer("window", "steps in one timed window", 1, 1_000_000).or(10);

  private static final Opt<Boolean> PROFILE =
      Opt.flag("profile", "also show where a step's time goes, by kind of operator");
  private static final Opt<Boolean> PROFILE_NODES =
      Opt.flag("profile-nodes", "the same for each operator of the graph");

  private static final int PROFILED_STEPS = 20;
  private static final int SHOWN = 40;

  BenchTrainCommand() {
    super("bench train", CommandGroup.MEASURE, "measure training speed");
  }

  @Override
  List<Opt<?>> options() {
    return Stream.of(TrainOptions.STEP, List.of(STEPS, WARM_UP, WINDOW, PROFILE, PROFILE_NODES))
        .<Opt<?>>flatMap(List::stream)
        .toList();
  }

  @Override
  String details() {
    return "A step is picking random images, turning them into floats, both passes and the"
        + " optimiser. The figure is the median over the windows. Nothing is written.";
  }

  @Override
  List<String> examples() {
    return List.of("bench train --data sprites --batch 64 --steps 200 --threads 2 --json");
  }

  @Override
  Outcome run(Arguments args, Console console) {
    int steps = Math.toIntExact(args.get(STEPS));
    if (steps < args.get(WINDOW)) {
      throw new UsageException(
          "--steps is "
              + steps
              + ", expected at least --window, which is "
              + args.get(WINDOW)
              + ": one window must be full");
    }
    // The number of timed steps is no setting of a run: keep it from being taken for one.
    TrainConfig config =
        TrainOptions.apply(args, TrainConfig.defaults()).toBuilder()
            .steps(steps + args.get(WARM_UP))
            .build();
    try (Dataset data = TrainingData.open(config, Optional.empty())) {
      TrainBenchmark.Figures figures =
          TrainBenchmark.run(config, data, steps, args.get(WARM_UP), args.get(WINDOW));
      ObjectNode json = Json.object().put("peer", "betavae").put("version", Producer.version());
      json.put("images_per_s", Numbers.rounded(figures.imagesPerSecond()));
      json.put("images_per_s_min", Numbers.rounded(figures.imagesPerSecondMin()));
      json.put("images_per_s_max", Numbers.rounded(figures.imagesPerSecondMax()));
      json.put("loss", Numbers.rounded(figures.loss())).put("batch", config.batch());
      json.put("threads", config.threads());
      json.put("precision", config.run().precision().equals("bf16") ? "bfloat16" : "float32");
      json.put("compile", false).put("layout", "channels_last").put("steps", steps);
      json.put("data", data.name());
      console.say(
          "Training: "
              + Numbers.brief(figures.imagesPerSecond())
              + " images/s (slowest window "
              + Numbers.brief(figures.imagesPerSecondMin())
              + ", fastest "
              + Numbers.brief(figures.imagesPerSecondMax())
              + "), batch "
              + config.batch()
              + ", "
              + config.threads()
              + " threads, "
              + config.run().precision());
      if (args.get(PROFILE) || args.get(PROFILE_NODES)) {
        profile(config, data, args.get(PROFILE_NODES), json, console);
      }
      return Outcome.done(json);
    }
  }

  private static void profile(
      TrainConfig config, Dataset data, boolean nodes, ObjectNode json, Console console) {
    List<StepProfile.Operator> all = StepProfile.run(config, data, PROFILED_STEPS, nodes);
    Table table = new Table();
    ArrayNode list = json.putArray("profile");
    for (StepProfile.Operator o : all.subList(0, Math.min(SHOWN, all.size()))) {
      table.row(
          o.name(),
          "%8.3f ms  %5.1f %%  %d calls".formatted(o.millis(), 100 * o.share(), o.calls()));
      list.addObject()
          .put("operator", o.name())
          .put("ms", Numbers.rounded(o.millis()))
          .put("share", Numbers.rounded(o.share()))
          .put("calls", o.calls());
    }
    table.lines().forEach(console::say);
  }
}
