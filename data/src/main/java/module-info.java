/** Image and vector data for beta-VAE models: readers, built-in sprites, pictures out. */
module org.betavae.data {
  requires transitive java.desktop;
  requires org.apache.commons.csv;

  exports org.betavae.data;
}
