package org.betavae.serve;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The bearer tokens of a file: one a line; empty lines and lines that begin with {@code #} are left
 * out. Every token is compared, by digests of equal length, so that the time tells nothing of how
 * much of a guess was right.
 */
final class Tokens {
  /** RFC 6750, section 2.1. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  /** 96 bits in base 64: too many to guess. */
  private static final int LEAST_LENGTH = 16;

  /** What some editors put before the first line. */
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private static final String SCHEME = "bearer ";

  private final List<byte[]> digests;

  private Tokens(List<byte[]> digests) {
    this.digests = digests;
  }

  /**
   * Reads the file.
   *
   * @throws IllegalArgumentException if it cannot be read, holds no token or one that is unfit; no
   *     message shows a token
   */
  static Tokens read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "token file "
              + file
              + " cannot be read ("
              + e.getClass().getSimpleName()
              + "), expected a text file in UTF-8. Check path and permissions.",
          e);
    }
    List<byte[]> digests = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (i == 0 && line.startsWith(BYTE_ORDER_MARK)) {
        line = line.substring(1).strip();
      }
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (line.length() < LEAST_LENGTH || !TOKEN.matcher(line).matches()) {
        throw new IllegalArgumentException(
            "token file "
                + file
                + ", line "
                + (i + 1)
                + ": "
                + line.length()
                + " characters"
                + (line.length() < LEAST_LENGTH ? "" : ", of which some cannot be in a token")
                + ", expected at least "
                + LEAST_LENGTH
                + " of letters, digits and . _ ~ + / - with = at the end alone. Make one with"
                + " 'openssl rand -hex 32'.");
      }
      digests.add(digest(line));
    }
    if (digests.isEmpty()) {
      throw new IllegalArgumentException(
          "token file "
              + file
              + " holds no token, expected one a line. Make one with 'openssl rand -hex 32', or"
              + " leave the file out to ask for none.");
    }
    return new Tokens(List.copyOf(digests));
  }

  /**
   * Which token, counted from 0, a header {@code Authorization} shows; empty if it shows none of
   * them.
   */
  OptionalInt find(String authorization) {
    String text = authorization == null ? "" : authorization.strip();
    boolean bearer = text.toLowerCase(Locale.ROOT).startsWith(SCHEME);
    byte[] given = digest(bearer ? text.substring(SCHEME.length()).strip() : "");
    int found = -1;
    for (int i = 0; i < digests.size(); i++) {
      if (MessageDigest.isEqual(digests.get(i), given)) {
        found = i;
      }
    }
    return found < 0 ? OptionalInt.empty() : OptionalInt.of(found);
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256, this one has not. Use another.", e);
    }
  }
}
