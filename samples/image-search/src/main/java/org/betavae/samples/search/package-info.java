/** Near-duplicate image search: embeddings in Lucene's vector index. */
package org.betavae.samples.search;
