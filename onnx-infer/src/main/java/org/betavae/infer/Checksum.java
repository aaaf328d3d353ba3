package org.betavae.infer;

import java.util.zip.Adler32;
import java.util.zip.CRC32;

/**
 * Length and two checksums of some bytes, against accidents: both are native code, ready at once,
 * where a cryptographic hash takes 200 ms for a megabyte in a JVM that has just started.
 */
final class Checksum {
  private Checksum() {}

  static String of(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    Adler32 adler = new Adler32();
    adler.update(bytes);
    return Integer.toHexString(bytes.length)
        + "-"
        + Long.toHexString(crc.getValue())
        + "-"
        + Long.toHexString(adler.getValue());
  }
}
