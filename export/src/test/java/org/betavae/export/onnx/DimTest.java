package org.betavae.export.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Arithmetic on dimensions that are not known yet. */
final class DimTest {
  private static final Dim N = Dim.unknown("N");
  private static final Dim H = Dim.unknown("H");

  @Test
  void sumsAndProducts_areCollected() {
    assertEquals("2*N+3", N.plus(N).plus(3).toString());
    assertEquals("H*N+2*H+N+2", N.plus(2).times(H.plus(1)).toString());
    assertEquals("-N+4", Dim.of(4).minus(N).toString());
    assertEquals("0", N.minus(N).toString());
    assertEquals(Dim.ZERO, N.minus(N));
    assertEquals(N.times(H), H.times(N));
  }

  @Test
  void numbers_areKnown() {
    assertTrue(Dim.of(7).is(7));
    assertEquals(7, N.plus(7).minus(N).value());
    assertFalse(N.isKnown());
    assertEquals(-1, N.orElse(-1));
    IllegalStateException e = assertThrows(IllegalStateException.class, N::value);
    assertTrue(e.getMessage().contains("dimension is N"), e.getMessage());
  }

  @Test
  void quotients_areExactWhereTheyCanBe() {
    assertEquals(N, N.times(24).exactlyOver(Dim.of(24)));
    assertEquals(Dim.of(24), N.times(24).exactlyOver(N));
    assertEquals(N.times(H).times(2), N.times(H).times(12).exactlyOver(Dim.of(6)));
    assertEquals(Dim.of(3), N.plus(1).times(3).exactlyOver(N.plus(1)));
    assertEquals(N.times(2).plus(1), N.times(4).plus(2).exactlyOver(Dim.of(2)));
    assertNull(N.exactlyOver(Dim.of(2)));
    assertNull(N.exactlyOver(H));
    assertNull(N.exactlyOver(Dim.ZERO));
  }

  @Test
  void roundedQuotients_ofTheSame_areTheSame() {
    assertEquals(Dim.of(3), Dim.of(7).floorOver(Dim.of(2)));
    assertEquals(Dim.of(4), Dim.of(7).ceilOver(2));
    assertEquals(N.floorOver(Dim.of(2)), N.floorOver(Dim.of(2)));
    assertEquals("floor((N)/(2))", N.floorOver(Dim.of(2)).toString());
    assertEquals(H.times(2), H.times(4).ceilOver(2));
  }

  @Test
  void products_ofNothing_areOne() {
    assertEquals(Dim.ONE, Dim.product(List.of()));
    assertTrue(N.times(2).plus(1).isCount());
    assertFalse(N.plus(-1).isCount());
  }
}
