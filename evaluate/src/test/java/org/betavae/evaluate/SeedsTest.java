package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeedsTest {
  @Test
  void neighbouringSeeds_beginEvenly() {
    // Six standard deviations of 2000 fair coins; Java's own seeds give the same side every time.
    long low = LongStream.range(0, 2000).filter(s -> Seeds.random(s, 0).nextInt(2) == 0).count();
    assertEquals(1000, (double) low, 6 * Math.sqrt(500));
    long streams =
        LongStream.range(0, 2000).filter(s -> Seeds.random(5, s).nextInt(2) == 0).count();
    assertEquals(1000, (double) streams, 6 * Math.sqrt(500));
  }

  @Test
  void sameSeedAndStream_repeat() {
    assertEquals(Seeds.random(3, 4).nextLong(), Seeds.random(3, 4).nextLong());
    assertNotEquals(Seeds.random(3, 4).nextLong(), Seeds.random(4, 3).nextLong());
  }
}
