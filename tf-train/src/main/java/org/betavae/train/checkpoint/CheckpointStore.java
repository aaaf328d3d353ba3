package org.betavae.train.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.betavae.data.AtomicOutput;

/**
 * The checkpoints of one run: the last few, {@code step-000000001000.npz}, and the best, {@code
 * best.npz}. Each is written aside and renamed. Not thread-safe.
 */
public final class CheckpointStore {
  private static final Pattern NAME = Pattern.compile("step-(\\d{12})\\.npz");
  private static final String BEST = "best.npz";
  private static final String DAMAGED = ".damaged";

  private final Path folder;
  private final int keep;

  /**
   * A store in one folder.
   *
   * @param folder made at the first save
   * @param keep how many of the last checkpoints stay, at least 1
   */
  public CheckpointStore(Path folder, int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("keep is " + keep + ", expected at least 1.");
    }
    this.folder = folder;
    this.keep = keep;
  }

  /**
   * Writes a checkpoint and removes what is too old.
   *
   * @throws UncheckedIOException if it cannot be written, naming the file
   */
  public Path save(Checkpoint checkpoint) {
    try {
      Files.createDirectories(folder);
      Path file = folder.resolve("step-%012d.npz".formatted(checkpoint.step()));
      CheckpointFile.write(file, checkpoint);
      List<Path> all = files();
      for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
        Files.delete(old);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a checkpoint into " + folder + ": " + e, e);
    }
  }

  /** Keeps that checkpoint as the best. */
  public void saveBest(Path saved) {
    AtomicOutput.write(folder.resolve(BEST), out -> Files.copy(saved, out));
  }

  /** Whether there is no checkpoint, readable or not. */
  public boolean isEmpty() {
    return files().isEmpty() && !Files.exists(folder.resolve(BEST));
  }

  /**
   * The last checkpoint that can be read; the best where no other can.
   *
   * @param onDamaged told of every newer one that cannot, one line each
   * @return empty if there is none
   */
  public Optional<Loaded> latest(Consumer<String> onDamaged) {
    List<Path> all = files();
    for (int i = all.size() - 1; i >= 0; i--) {
      Optional<Checkpoint> read = read(all.get(i), onDamaged);
      if (read.isPresent()) {
        return Optional.of(new Loaded(all.get(i), read.get()));
      }
    }
    return best(onDamaged);
  }

  /**
   * The best checkpoint, if one was kept.
   *
   * @param onDamaged told if it cannot be read
   */
  public Optional<Loaded> best(Consumer<String> onDamaged) {
    Path file = folder.resolve(BEST);
    return Files.exists(file)
        ? read(file, onDamaged).map(checkpoint -> new Loaded(file, checkpoint))
        : Optional.empty();
  }

  /**
   * Puts those after a step out of the way, as {@code *.damaged}: a run that goes on from that step
   * could not read them, and must not count them among its last ones.
   */
  public void setAsideAfter(long step) {
    for (Path file : files()) {
      Matcher name = NAME.matcher(file.getFileName().toString());
      if (name.matches() && Long.parseLong(name.group(1)) > step) {
        setAside(file);
      }
    }
  }

  /** Puts the best one out of the way in the same manner. */
  public void setBestAside() {
    setAside(folder.resolve(BEST));
  }

  private static void setAside(Path file) {
    try {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + DAMAGED),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot rename the damaged " + file + ": " + e, e);
    }
  }

  /**
   * A checkpoint and where it lies.
   *
   * @param file the file
   * @param checkpoint what it holds
   */
  public record Loaded(Path file, Checkpoint checkpoint) {}

  private static Optional<Checkpoint> read(Path file, Consumer<String> onDamaged) {
    try {
      return Optional.of(CheckpointFile.read(file));
    } catch (RuntimeException e) {
      String why = String.valueOf(e.getMessage());
      String which = why.contains(file.toString()) ? "a checkpoint" : "checkpoint " + file;
      onDamaged.accept("Cannot use " + which + ": " + why);
      return Optional.empty();
    }
  }

  /** Checkpoints by step, oldest first. */
  private List<Path> files() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(p -> NAME.matcher(p.getFileName().toString()).matches())
          .sorted(Comparator.comparing(p -> p.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list the checkpoints in " + folder + ": " + e, e);
    }
  }
}
