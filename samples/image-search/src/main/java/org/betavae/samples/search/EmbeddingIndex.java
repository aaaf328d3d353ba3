package org.betavae.samples.search;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;

/**
 * Embeddings in a Lucene index (a graph, HNSW), to be searched for the nearest ones. Any number of
 * threads may search. Closing leaves the directory open: it belongs to the caller.
 */
final class EmbeddingIndex implements AutoCloseable {
  private static final String ITEM = "item";
  private static final String EMBEDDING = "embedding";

  /** Looking at more candidates than are asked for makes the graph's answer nearly exact. */
  private static final int CANDIDATES = 100;

  private final DirectoryReader reader;
  private final IndexSearcher searcher;

  private EmbeddingIndex(DirectoryReader reader) {
    this.reader = reader;
    this.searcher = new IndexSearcher(reader);
  }

  /** Adds embeddings, shape {@code [N, length]}, as items 0 to N-1, and opens the index. */
  static EmbeddingIndex build(Directory directory, float[] embeddings, int length)
      throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      for (int item = 0; item < embeddings.length / length; item++) {
        float[] embedding = Arrays.copyOfRange(embeddings, item * length, (item + 1) * length);
        Document document = new Document();
        document.add(new StoredField(ITEM, item));
        document.add(
            new KnnFloatVectorField(EMBEDDING, embedding, VectorSimilarityFunction.EUCLIDEAN));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    return new EmbeddingIndex(DirectoryReader.open(directory));
  }

  /** The items whose embeddings lie nearest to this one, the nearest first. */
  int[] nearest(float[] embedding, int count) throws IOException {
    KnnFloatVectorQuery query =
        new KnnFloatVectorQuery(EMBEDDING, embedding, Math.max(count, CANDIDATES));
    ScoreDoc[] hits = searcher.search(query, count).scoreDocs;
    StoredFields fields = searcher.storedFields();
    int[] items = new int[hits.length];
    for (int i = 0; i < hits.length; i++) {
      items[i] =
          fields.document(hits[i].doc, Set.of(ITEM)).getField(ITEM).numericValue().intValue();
    }
    return items;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
