package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointsTest {
  /** Of a byte in a picture. */
  private static final float LEVEL = 1 / 255f;

  @TempDir static Path folder;
  private static BetaVaeServer server;
  private static Client client;

  @BeforeAll
  static void start() {
    server =
        BetaVaeServer.start(
            ServeOptions.of(
                    new ModelFolder("gray", TestModel.write(folder.resolve("gray"), 2, 1, 2, 3)),
                    new ModelFolder("rgb", TestModel.write(folder.resolve("rgb"), 3, 3, 2, 2)),
                    new ModelFolder("vectors", TestModel.write(folder.resolve("v"), 5, 4)))
                .withPort(0));
    client = new Client(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void embed_ofJson_givesMeansAndLogVariances() {
    JsonNode json =
        client
            .post("/v1/embed", "{\"images\": [[0.25,1,0,0,0,0],[0.5,0,0,0,0,1e-3]]}")
            .assertOk()
            .json();
    assertEquals("gray", json.get("model").textValue());
    assertEquals(2, json.get("count").intValue());
    assertEquals(2, json.get("latent_size").intValue());
    assertEquals("[[0.5,2.0],[1.0,0.0]]", json.get("mean").toString());
    assertEquals("[[-0.25,-1.0],[-0.5,0.0]]", json.get("log_var").toString());
  }

  @Test
  void embed_ofJson_takesAnImageFlatOrNested_aloneOrInABatch() {
    for (String images :
        new String[] {
          "[0.25,1,0,0,0,0]",
          "[[0.25,1,0],[0,0,0]]",
          "[[[0.25,1,0],[0,0,0]]]",
          "[[0.25,1,0,0,0,0]]",
          "[[[[0.25,1,0],[0,0,0]]]]"
        }) {
      JsonNode json = client.post("/v1/embed", "{\"images\":" + images + "}").assertOk().json();
      assertEquals("[[0.5,2.0]]", json.get("mean").toString(), images);
    }
  }

  @Test
  void embed_ofOctets_answersOctetsWithTheirShape_whenAsked() {
    float[] images = {0.25f, 1, 0, 0, 0, 0, 0.5f, 0.75f, 0, 0, 0, 0};
    Client.Answer answer =
        client
            .post(
                "/v1/embed",
                "application/octet-stream",
                Floats.write(images),
                "Accept",
                "application/octet-stream")
            .assertOk();
    assertEquals("application/octet-stream", answer.type());
    assertEquals("2,2", answer.header("Betavae-Shape"));
    assertArrayEquals(new float[] {0.5f, 2, 1, 1.5f}, answer.floats());
  }

  @Test
  void embed_ofAPicture_resizesAndMakesGray() throws IOException {
    BufferedImage picture = new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 20; y++) {
      for (int x = 0; x < 30; x++) {
        picture.setRGB(x, y, x < 10 ? 0xffffff : 0);
      }
    }
    for (String type : new String[] {"png", "jpeg"}) {
      JsonNode json =
          client.post("/v1/embed", "image/" + type, encode(picture, type)).assertOk().json();
      // A triangle of 20 columns around column 5, cut at the border: 7.5 of 8.75 lie on white.
      assertEquals(2 * 7.5 / 8.75, json.get("mean").get(0).get(0).doubleValue(), 0.02, type);
      assertEquals(2 * 0.125, json.get("mean").get(0).get(1).doubleValue(), 0.02, type);
    }
  }

  @Test
  void embed_ofAColourPicture_putsChannelsFirst() throws IOException {
    BufferedImage picture = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(0, 0, 0x33ffff);
    picture.setRGB(1, 0, 0x66ffff);
    JsonNode json =
        client.post("/v1/embed?model=rgb", "image/png", encode(picture, "png")).assertOk().json();
    assertEquals(3 * 0x33 * LEVEL, json.get("mean").get(0).get(0).doubleValue(), 1e-6);
    assertEquals(3 * 0x66 * LEVEL, json.get("mean").get(0).get(1).doubleValue(), 1e-6);
  }

  @Test
  void model_isChosenByTheQuery_theFirstOtherwise() {
    JsonNode json =
        client.post("/v1/embed?model=vectors", "{\"images\":[1,0,0,0]}").assertOk().json();
    assertEquals("vectors", json.get("model").textValue());
    assertEquals("[[5.0,0.0]]", json.get("mean").toString());
    client.get("/v1/model?model=none").assertProblem(404, "'none'", "[gray, rgb, vectors]");
  }

  @Test
  void generate_ofLatents_decodesThem() {
    JsonNode json = client.post("/v1/generate", "{\"z\":[[0.25,-0.25]]}").assertOk().json();
    assertEquals("[1,1,2,3]", json.get("shape").toString());
    assertEquals("[[0.75,0.25,0.5,0.5,0.5,0.5]]", json.get("images").toString());
    Client.Answer octets =
        client
            .post(
                "/v1/generate",
                "application/octet-stream",
                Floats.write(new float[] {0.25f, -0.25f}),
                "Accept",
                "application/octet-stream")
            .assertOk();
    assertEquals("1,1,2,3", octets.header("Betavae-Shape"));
    assertArrayEquals(new float[] {0.75f, 0.25f, 0.5f, 0.5f, 0.5f, 0.5f}, octets.floats());
  }

  @Test
  void generate_ofACount_isTheSameForTheSameSeed() {
    String body = "{\"count\":3,\"seed\":7,\"temperature\":0.1}";
    JsonNode first = client.post("/v1/generate?model=rgb", body).assertOk().json();
    assertEquals("[3,3,2,2]", first.get("shape").toString());
    assertEquals(first, client.post("/v1/generate?model=rgb", body).json());
    JsonNode other =
        client.post("/v1/generate?model=rgb", body.replace("7", "8")).assertOk().json();
    assertTrue(!first.equals(other));
    assertEquals(1, client.post("/v1/generate", "{}").assertOk().json().get("images").size());
  }

  @Test
  void generate_asPng_isOnePictureOrAGrid() throws IOException {
    Client.Answer one =
        client.post("/v1/generate", "{\"z\":[0.5,-0.5]}", "Accept", "image/png").assertOk();
    assertEquals("image/png", one.type());
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(one.bytes()));
    assertEquals(3, picture.getWidth());
    assertEquals(2, picture.getHeight());
    assertEquals(255, picture.getRaster().getSample(0, 0, 0));
    assertEquals(0, picture.getRaster().getSample(1, 0, 0));
    Client.Answer grid =
        client
            .post("/v1/generate?columns=3&scale=2", "{\"count\":6}", "Accept", "image/png")
            .assertOk();
    picture = ImageIO.read(new ByteArrayInputStream(grid.bytes()));
    assertEquals(3 * (3 * 2 + 2) + 2, picture.getWidth());
    assertEquals(2 * (2 * 2 + 2) + 2, picture.getHeight());
  }

  @Test
  void reconstruct_decodesTheMeans() {
    JsonNode json =
        client.post("/v1/reconstruct", "{\"images\":[0.25,0,0,0,0,0]}").assertOk().json();
    assertEquals("[[1.0,0.5,0.5,0.5,0.5,0.5]]", json.get("images").toString());
  }

  @Test
  void score_isOneNumberAnImage() {
    String body = "{\"images\":[[0.25,0,0,0,0,0],[0.5,1,0,0,0,0]]}";
    JsonNode latent = client.post("/v1/score?score=latent", body).assertOk().json();
    assertEquals("latent", latent.get("score").textValue());
    // Means (0.5, 0) and (1, 2) against the training data's (0.25, -0.001) with widths (1, 0.5).
    double first = Math.hypot(0.25, 0.001 / 0.5);
    double second = Math.hypot(0.75, 2.001 / 0.5);
    assertEquals(first, latent.get("values").get(0).doubleValue(), 1e-5);
    assertEquals(second, latent.get("values").get(1).doubleValue(), 1e-5);
    JsonNode reconstruction = client.post("/v1/score?score=reconstruction", body).assertOk().json();
    assertEquals(2, reconstruction.get("values").size());
    JsonNode elbo = client.post("/v1/score?samples=2&seed=5", body).assertOk().json();
    assertEquals("elbo", elbo.get("score").textValue());
    assertEquals(2, elbo.get("samples").intValue());
    assertEquals(elbo, client.post("/v1/score?samples=2&seed=5", body).json());
    client.post("/v1/score?score=best", body).assertProblem(400, "'best'", "elbo, iwae, latent");
    client.post("/v1/score?samples=1001", body).assertProblem(400, "samples is '1001'");
    client.post("/v1/score?model=vectors&score=latent", "{\"images\":[1,0,0,0]}").assertOk();
  }

  @Test
  void model_tellsWhatIsKnown() {
    JsonNode json = client.get("/v1/model").assertOk().json();
    assertEquals("gray", json.get("name").textValue());
    assertEquals("[1,2,3]", json.get("input_shape").toString());
    assertEquals(2, json.get("latent_size").intValue());
    assertEquals("bernoulli", json.get("likelihood").textValue());
    assertEquals("beta-vae", json.get("objective").textValue());
    assertEquals("{\"beta\":4.0}", json.get("objective_settings").toString());
    assertEquals("squares", json.get("dataset").textValue());
    assertEquals("[1.5,0.0]", json.get("kl_per_latent").toString());
    assertEquals("[0.25,-0.001]", json.get("posterior_mean").toString());
    assertEquals("[1.0,0.5]", json.get("posterior_std").toString());
    assertEquals("[\"gray\",\"rgb\",\"vectors\"]", json.get("models").toString());
  }

  @Test
  void modelFiles_areThoseOfTheFolder() throws IOException {
    for (String name : new String[] {"encoder.onnx", "decoder.onnx", "model.json"}) {
      assertArrayEquals(
          Files.readAllBytes(folder.resolve("rgb").resolve(name)),
          client.get("/v1/model/" + name + "?model=rgb").assertOk().bytes());
    }
  }

  @Test
  void page_isServedFromTheClassPath() {
    Client.Answer page = client.get("/").assertOk();
    assertTrue(page.type().startsWith("text/html"), page.type());
    assertTrue(page.text().toLowerCase(Locale.ROOT).contains("<!doctype html>"));
  }

  private static byte[] encode(BufferedImage picture, String type) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(picture, type, bytes));
    return bytes.toByteArray();
  }
}
