package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import javax.imageio.ImageIO;
import org.betavae.data.ItemShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

class EventLogTest {
  /** TensorFlow's mask of a checksum (tsl/lib/hash/crc32c.h). */
  private static final int MASK_DELTA = 0xa282ead8;

  @TempDir Path folder;

  @Test
  void events_areTheHistory_andPicturesBeside_alsoOfAResumedRun() throws IOException {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    Blobs data = new Blobs(ItemShape.image(28, 28, 1), 60);
    TrainConfig config =
        TrainConfig.defaults().toBuilder()
            .arch("conv32")
            .latent(2)
            .batch(5)
            .threads(1)
            .steps(4)
            .set("log-every", 2)
            .set("validation-every", 2)
            .build();
    Trainer.start(run, config, data, TrainListener.NONE);
    assertMatchesHistory(run, 0);
    Trainer.resume(run, config.toBuilder().steps(6).build(), data, TrainListener.NONE);

    assertEquals(2, run.eventFiles().size());
    Event start = read(run.eventFiles().get(1)).get(1);
    assertEquals(SessionLog.SessionStatus.START, start.getSessionLog().getStatus());
    assertEquals(4, start.getStep());
    assertMatchesHistory(run, 4);

    RunFolder.create(run.root(), true);
    assertTrue(run.eventFiles().isEmpty());
  }

  private static void assertMatchesHistory(RunFolder run, long after) throws IOException {
    List<Path> files = run.eventFiles();
    List<String> expected = new ArrayList<>();
    for (History.Line line : new History(run.historyFile()).lines()) {
      if (line.step() > after) {
        String split = line.validation() ? "validation/" : "train/";
        expected.add(line.step() + " " + split + "loss " + (float) line.loss());
        expected.add(line.step() + " " + split + "negative_elbo " + (float) line.negativeElbo());
        expected.add(line.step() + " " + split + "kl " + (float) line.kl());
      }
    }
    List<String> found = new ArrayList<>();
    List<String> pictures = new ArrayList<>();
    for (Event event : read(files.get(files.size() - 1))) {
      for (Summary.Value value : event.getSummary().getValueList()) {
        if (value.hasImage()) {
          pictures.add(event.getStep() + " " + value.getTag());
          BufferedImage image =
              ImageIO.read(
                  new ByteArrayInputStream(value.getImage().getEncodedImageString().toByteArray()));
          assertEquals(value.getImage().getWidth(), image.getWidth());
        } else if (value.getTag().matches(".*/(loss|negative_elbo|kl)")) {
          found.add(event.getStep() + " " + value.getTag() + " " + value.getSimpleValue());
        }
      }
    }
    assertEquals(expected, found);
    assertTrue(pictures.contains((after + 2) + " traversals/image"), pictures.toString());
    assertTrue(pictures.contains((after + 2) + " reconstructions/image"), pictures.toString());
  }

  @Test
  void everythingIsInTheFile_beforeItIsClosed() throws IOException {
    try (EventLog log = new EventLog(folder, 0)) {
      log.scalars(7, Map.of("train/kl", 0.5));
      List<Event> events = read(new RunFolder(folder).eventFiles().get(0));
      Summary.Value value = events.get(events.size() - 1).getSummary().getValue(0);
      assertEquals("train/kl", value.getTag());
      assertEquals(0.5f, value.getSimpleValue());
    }
  }

  /** Reads TFRecords, checks their checksums, and parses what they hold. */
  private static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[Long.BYTES];
      bytes.get(length);
      assertEquals(masked(length), bytes.getInt());
      byte[] data =
          new byte
              [Math.toIntExact(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong())];
      bytes.get(data);
      assertEquals(masked(data), bytes.getInt());
      events.add(Event.parseFrom(data));
    }
    assertFalse(events.isEmpty());
    return events;
  }

  private static int masked(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }
}
