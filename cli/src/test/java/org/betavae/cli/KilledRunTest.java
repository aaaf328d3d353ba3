package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real training processes, ended by signals and by force. */
class KilledRunTest {
  private static final int KILLS = 10;
  private static final int STEPS = 220;
  private static final int CHECKPOINT_EVERY = 10;
  private static final Pattern RESUMED = Pattern.compile("(?:Resuming|Starting) at step (\\d+)");

  private static TinyRun tiny;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinyRun.get();
  }

  @Test
  void runKilledTenTimes_endsWithTheSameBitsAsAnUnbrokenOne()
      throws IOException, InterruptedException {
    Path whole = tiny.out("whole");
    try (TrainingProcess process = new TrainingProcess(whole, options(STEPS))) {
      assertEquals(0, process.exitCode(), process::said);
    }
    Path killed = tiny.out("killed");
    long seed = System.nanoTime();
    int[] moments = new Random(seed).ints(1, STEPS - 10).distinct().limit(KILLS).sorted().toArray();
    List<String> options = options(STEPS);
    long seen = 0;
    for (int moment : moments) {
      try (TrainingProcess process = new TrainingProcess(killed, options)) {
        boolean first = moment == moments[0];
        assertTrue(
            process.await(
                () ->
                    (first || RESUMED.matcher(process.said()).find())
                        && process.loggedStep() >= moment),
            process::said);
        Thread.sleep(new Random(seed + moment).nextInt(30));
        process.kill();
        requireLittleLost(process.said(), seen);
        seen = process.loggedStep();
      }
      options = List.of("--resume", "--no-export");
    }
    // Once more while the models are written, which a process may have done before it is killed.
    boolean met = false;
    for (int attempt = 0; attempt < KILLS && !met; attempt++) {
      try (TrainingProcess process = new TrainingProcess(killed, options)) {
        Path partial = killed.resolve("saved_model/.encoder.partial");
        process.await(() -> Files.exists(partial));
        met = process.kill();
      }
    }
    assertTrue(met, "no kill met a process that was writing");
    try (TrainingProcess process = new TrainingProcess(killed, options)) {
      assertEquals(0, process.exitCode(), process::said);
    }
    assertSameRun(whole, killed, "seed " + seed);
    assertFalse(Files.exists(killed.resolve("saved_model/.encoder.partial")));
  }

  private static void requireLittleLost(String said, long seen) {
    Matcher resumed = RESUMED.matcher(said);
    long from = resumed.find() ? Long.parseLong(resumed.group(1)) : 0;
    // The line of a step comes before its checkpoint.
    assertTrue(from > seen - 2 * CHECKPOINT_EVERY, from + " after " + seen + ": " + said);
  }

  private static void assertSameRun(Path expected, Path actual, String hint) throws IOException {
    for (String name : List.of("step-%012d.npz".formatted(STEPS), "best.npz")) {
      Path file = Path.of("checkpoints", name);
      assertEquals(-1, Files.mismatch(expected.resolve(file), actual.resolve(file)), name + hint);
    }
    assertEquals(history(expected), history(actual), hint);
    Path decoder = Path.of("saved_model/decoder/variables/variables.data-00000-of-00001");
    assertEquals(-1, Files.mismatch(expected.resolve(decoder), actual.resolve(decoder)), hint);
  }

  /** All lines but for what depends on the clock. */
  private static List<ObjectNode> history(Path run) throws IOException {
    List<ObjectNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("history.jsonl"))) {
      ObjectNode node = (ObjectNode) new ObjectMapper().readTree(line);
      node.remove("images_per_s");
      lines.add(node);
    }
    return lines;
  }

  @Test
  void oneSignal_writesACheckpointAndSaysHowToGoOn() throws IOException, InterruptedException {
    requireKill();
    Path run = tiny.out("signalled");
    try (TrainingProcess process = new TrainingProcess(run, options(1_000_000))) {
      assertTrue(process.await(() -> process.loggedStep() >= 5), process::said);
      process.signal("TERM");
      assertEquals(0, process.exitCode(), process::said);
      Matcher step = Pattern.compile("stopped at step (\\d+) of 1000000").matcher(process.said());
      assertTrue(step.find(), process::said);
      assertTrue(
          process
              .said()
              .contains(
                  "To go on: betavae train --out " + Text.shellWord(run.toString()) + " --resume"),
          process::said);
      String checkpoint = "step-%012d.npz".formatted(Long.parseLong(step.group(1)));
      assertTrue(Files.exists(run.resolve("checkpoints").resolve(checkpoint)), checkpoint);
    }
  }

  @Test
  void secondSignal_endsAtOnce() throws IOException, InterruptedException {
    requireKill();
    Path run = tiny.out("signalled twice");
    try (TrainingProcess process = new TrainingProcess(run, options(1_000_000))) {
      assertTrue(process.await(() -> process.loggedStep() >= 5), process::said);
      process.signal("TERM");
      assertTrue(process.await(() -> process.said().contains("Stopping:")), process::said);
      Thread.sleep(600); // sooner it would count as the same signal
      process.signal("TERM");
      assertEquals(128 + 15, process.exitCode(), process::said);
      assertFalse(process.said().contains("stopped at step"), process::said);
    }
  }

  @Test
  void signalSentTwiceInOneMoment_countsOnce_asTimeoutSendsIt()
      throws IOException, InterruptedException {
    requireKill();
    Path run = tiny.out("signalled by timeout");
    try (TrainingProcess process = new TrainingProcess(run, options(1_000_000))) {
      assertTrue(process.await(() -> process.loggedStep() >= 5), process::said);
      process.signalTwice("TERM");
      assertEquals(0, process.exitCode(), process::said);
      assertTrue(process.said().contains("training stopped at step"), process::said);
    }
  }

  private static void requireKill() {
    assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "no kill here");
  }

  private static List<String> options(int steps) {
    List<String> options = new ArrayList<>(List.of("--data", tiny.data.toString()));
    String others =
        ("--arch conv32 --latent 2 --batch 4 --threads 1"
            + " --log-every 5 --validation-every 40 --validation-images 10 --no-export"
            + " --checkpoint-every "
            + CHECKPOINT_EVERY
            + " --steps "
            + steps);
    options.addAll(List.of(others.split(" ", -1)));
    return options;
  }
}
