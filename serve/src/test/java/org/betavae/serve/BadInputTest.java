package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadInputTest {
  private static final String OCTETS = "application/octet-stream";
  private static final int MOST_ITEMS = 50;
  private static final int MOST_BYTES = 100_000;

  @TempDir static Path folder;
  private static BetaVaeServer server;
  private static Client client;

  @BeforeAll
  static void start() throws IOException {
    Path onlyDecoder = TestModel.write(folder.resolve("d"), 2, 1, 2, 3);
    Files.delete(onlyDecoder.resolve("encoder.onnx"));
    Path onlyEncoder = TestModel.write(folder.resolve("e"), 2, 1, 2, 3);
    Files.delete(onlyEncoder.resolve("decoder.onnx"));
    server =
        BetaVaeServer.start(
            ServeOptions.of(
                    new ModelFolder("gray", TestModel.write(folder.resolve("gray"), 2, 1, 2, 3)),
                    new ModelFolder("vectors", TestModel.write(folder.resolve("v"), 2, 4)),
                    new ModelFolder("four", TestModel.write(folder.resolve("four"), 2, 4, 2, 2)),
                    new ModelFolder("onlyDecoder", onlyDecoder),
                    new ModelFolder("onlyEncoder", onlyEncoder))
                .withPort(0)
                .withLimits(
                    Limits.defaults()
                        .withItems(MOST_ITEMS)
                        .withBodyBytes(MOST_BYTES)
                        .withPixels(10_000)));
    client = new Client(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Client.Answer embed(String json) {
    return client.post("/v1/embed", json);
  }

  @Test
  void wrongShape_namesBothShapes() {
    embed("{\"images\":[[1,0,0],[0,0,0],[0,0,0]]}")
        .assertProblem(400, "[3, 3]", "[6]", "[1, 2, 3]", "whole items");
    embed("{\"images\":[1,0,0]}").assertProblem(400, "[3]", "[1, 2, 3]");
    client
        .post("/v1/embed", OCTETS, new byte[4 * 7])
        .assertProblem(400, "28 bytes", "multiple of 24", "[1, 2, 3]");
    client.post("/v1/generate", "{\"z\":[1,2,3]}").assertProblem(400, "[3]", "[2]");
  }

  @Test
  void raggedArrays_areRefused() {
    for (String images :
        new String[] {"[[1,0,0],[0,0]]", "[1,[0,0]]", "[[[1]],[2]]", "[[],[[1]]]"}) {
      embed("{\"images\":" + images + "}").assertProblem(400, "different lengths or depths");
    }
    embed("{\"images\":[[[[[[[[[1]]]]]]]]]}").assertProblem(400, "deeper than 8");
  }

  @Test
  void emptyBatch_isRefused() {
    embed("{\"images\":[]}").assertProblem(400, "images is empty", "at least one");
    embed("{\"images\":[[]]}").assertProblem(400, "images is empty");
    client.post("/v1/embed", OCTETS, new byte[0]).assertProblem(400, "images is empty");
    embed("{}").assertProblem(400, "images is missing");
    client.post("/v1/generate", "{\"count\":0}").assertProblem(400, "count is 0");
  }

  @Test
  void numbersThatAreNone_areRefusedInTheLibrarysWords() {
    float[] image = {0, 0, Float.NaN, 0, 0, 0};
    for (String path : new String[] {"/v1/embed", "/v1/reconstruct"}) {
      client.post(path, OCTETS, Floats.write(image)).assertProblem(400, "[2] is NaN", "0 to 1");
    }
    client
        .post("/v1/generate", OCTETS, Floats.write(new float[] {0, Float.POSITIVE_INFINITY}))
        .assertProblem(400, "[1] is Infinity", "finite");
    embed("{\"images\":[2,0,0,0,0,0]}").assertProblem(400, "[0] is 2.0", "Divide bytes by 255");
    embed("{\"images\":[1e99,0,0,0,0,0]}").assertProblem(400, "[0] is Infinity");
  }

  @Test
  void valuesOfAnotherType_areNamed() {
    embed("{\"images\":[\"a\",0,0,0,0,0]}").assertProblem(400, "\"a\"", "numbers");
    embed("{\"images\":[null,0,0,0,0,0]}").assertProblem(400, "null");
    embed("{\"images\":[{},0,0,0,0,0]}").assertProblem(400, "an object");
    embed("{\"images\":\"x\"}").assertProblem(400, "\"x\"", "array of numbers");
    embed("{\"pictures\":[0]}").assertProblem(400, "'pictures'", "images");
    client.post("/v1/generate", "{\"count\":1.5}").assertProblem(400, "count is 1.5");
    client.post("/v1/generate", "{\"count\":\"2\"}").assertProblem(400, "count is the text \"2\"");
    client.post("/v1/generate", "{\"count\":99999999999}").assertProblem(400, "99999999999");
    client.post("/v1/generate", "{\"seed\":1e30}").assertProblem(400, "seed is 1e30");
    client.post("/v1/generate", "{\"temperature\":true}").assertProblem(400, "true");
    client.post("/v1/generate", "{\"temperature\":-1}").assertProblem(400, "temperature is -1");
    client
        .post("/v1/generate", "{\"z\":[0,0],\"count\":2}")
        .assertProblem(400, "z beside count, seed or temperature");
  }

  @Test
  void malformedJson_isNamedWithItsPlace() {
    embed("{\"images\":[1,").assertProblem(400, "Array entries (line 1, column 14)");
    embed("{\"images\":[1").assertProblem(400, "marker for Array (line 1, column 13)");
    embed("{\"images\":[1,\nNaN]}").assertProblem(400, "'NaN', which JSON has no number", "line 2");
    embed("").assertProblem(400, "empty", "object");
    embed("[1]").assertProblem(400, "no object");
    embed("{\"images\":[1,0,0,0,0,0]} x").assertProblem(400, "no JSON");
    embed("{\"images\":[1,0,0,0,0,0]}{}").assertProblem(400, "goes on after");
    embed("{\"images\":" + "[".repeat(2000)).assertProblem(400, "deeper than 8");
    client
        .post("/v1/embed", "application/json", new byte[] {'{', '"', (byte) 0xff, '"'})
        .assertProblem(400, "no JSON");
  }

  @Test
  void tooManyItems_areRefused() {
    int item = 6;
    client
        .post("/v1/embed", OCTETS, new byte[4 * item * (MOST_ITEMS + 1)])
        .assertProblem(413, "51 items", "at most 50");
    client.post("/v1/embed", OCTETS, new byte[4 * item * MOST_ITEMS]).assertOk();
    String one = "[0,0,0,0,0,0],";
    embed("{\"images\":[" + one.repeat(MOST_ITEMS) + "[0,0,0,0,0,0]]}")
        .assertProblem(413, "more than 300 values");
    client.post("/v1/generate", "{\"count\":51}").assertProblem(413, "51 items", "at most 50");
  }

  @Test
  void tooLargeABody_isRefused_withAndWithoutItsLength() throws Exception {
    byte[] body = new byte[MOST_BYTES + 1];
    client.post("/v1/embed", OCTETS, body).assertProblem(413, "100001 bytes", "at most 100000");
    HttpRequest chunked =
        HttpRequest.newBuilder(URI.create(server.url() + "v1/embed"))
            .header("Content-Type", OCTETS)
            .POST(
                HttpRequest.BodyPublishers.fromPublisher(
                    HttpRequest.BodyPublishers.ofByteArrays(Arrays.asList(body, body, body, body))))
            .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(chunked, HttpResponse.BodyHandlers.ofString());
    assertEquals(413, answer.statusCode());
    assertTrue(answer.body().contains("more than 100000 bytes"), answer.body());
  }

  @Test
  void bodyForWhichThereIsNeverRoom_isRefusedForGood() {
    int little = 50_000;
    ModelFolder model = new ModelFolder("gray", folder.resolve("gray"));
    try (BetaVaeServer small =
        BetaVaeServer.start(ServeOptions.of(model).withPort(0), little, little)) {
      new Client(small)
          .post("/v1/embed", OCTETS, new byte[little + 1])
          .assertProblem(413, "50001 bytes", "at most 50000, a quarter of the memory");
      new Client(small).post("/v1/embed", OCTETS, new byte[24]).assertOk();
    }
  }

  @Test
  void whatIsNoPicture_isNamed() throws IOException {
    client
        .post("/v1/embed", "image/png", "GIF89a".getBytes(StandardCharsets.US_ASCII))
        .assertProblem(400, "47 49 46 38", "PNG or JPEG");
    client.post("/v1/embed", "image/png", new byte[0]).assertProblem(400, "nothing");
    for (String type : new String[] {"png", "jpeg"}) {
      byte[] whole = picture(40, type);
      client.post("/v1/embed", "image/" + type, whole).assertOk();
      for (int length : new int[] {10, 30, whole.length / 2}) {
        client
            .post("/v1/embed", "image/" + type, Arrays.copyOf(whole, length))
            .assertProblem(400, "picture cannot be read", "whole");
      }
    }
    client
        .post("/v1/embed?model=vectors", "image/png", picture(4, "png"))
        .assertProblem(415, "[4]", "1 or 3 channels");
    client
        .post("/v1/embed?model=four", "image/png", picture(4, "png"))
        .assertProblem(415, "[4, 2, 2]");
  }

  @Test
  void decompressionBomb_isRefusedByItsHeader() throws IOException {
    client
        .post("/v1/embed", "image/png", picture(101, "png"))
        .assertProblem(413, "101x101", "at most 10000 pixels");
    // 50,000 x 50,000 pixels, of which the file holds none: decoding would ask for gigabytes.
    byte[] bomb = bomb(50_000);
    long before = System.nanoTime();
    client.post("/v1/embed", "image/png", bomb).assertProblem(413, "50000x50000", "Shrink");
    assertTrue(System.nanoTime() - before < 10_000_000_000L);
  }

  @Test
  void wrongMediaTypes_areNamed() {
    client.post("/v1/embed", "text/plain", new byte[] {1}).assertProblem(415, "'text/plain'");
    client.post("/v1/generate", "image/png", new byte[] {1}).assertProblem(415, "'image/png'");
    client
        .method("POST", "/v1/embed")
        .assertProblem(415, "Content-Type is missing", "application/json");
    client
        .post("/v1/embed", "{\"images\":[0,0,0,0,0,0]}", "Accept", "image/png")
        .assertProblem(406, "image/png", "application/json");
    client
        .post("/v1/generate?model=vectors", "{}", "Accept", "image/png")
        .assertProblem(406, "image/png");
    client.post("/v1/generate", "{}", "Accept", "image/png;q=0, */*;q=0.1").assertOk();
    client
        .post("/v1/embed", "{\"images\":[0,0,0,0,0,0]}", "Content-Encoding", "gzip")
        .assertProblem(415, "gzip");
  }

  @Test
  void queryThatIsWrong_isNamed() {
    client
        .post("/v1/generate?scale=17", "{}", "Accept", "image/png")
        .assertProblem(400, "scale is '17'", "1 to 16");
    client
        .post("/v1/generate?columns=x", "{}", "Accept", "image/png")
        .assertProblem(400, "columns is 'x'");
    client
        .post("/v1/generate?scale=16", "{\"count\":50}", "Accept", "image/png")
        .assertProblem(413, "76800 pixels", "smaller scale");
    client.post("/v1/embed?model=%00", "{}").assertProblem(404, "expected one of");
    client
        .post("/v1/score?scor=latent", "{}")
        .assertProblem(400, "'scor', expected only model, score, samples, seed", "rename it");
    client.post("/v1/embed?model=m&model=v", "{}").assertProblem(400, "'model' twice");
  }

  @Test
  void unknownPathOrMethod_listsWhatThereIs() {
    client.get("/v1/nothing").assertProblem(404, "/v1/nothing", "/v1/embed");
    client.get("/v1/model/secret").assertProblem(404, "/v1/model/secret");
    client.get("/v1/embed").assertProblem(405, "GET", "POST");
    Client.Answer answer = client.method("DELETE", "/v1/model");
    answer.assertProblem(405, "DELETE", "GET, HEAD");
    assertEquals("GET, HEAD", answer.header("Allow"));
    client.get("/..%2fetc/passwd").assertProblem(400, "refused");
    client.get("/%2e%2e/%2e%2e/etc/passwd").assertProblem(400, "refused");
  }

  @Test
  void modelWithoutAPart_saysWhich() {
    client
        .post("/v1/embed?model=onlyDecoder", "{\"images\":[0,0,0,0,0,0]}")
        .assertProblem(409, "The model is a decoder alone and has no encoder", "encoder.onnx");
    client
        .post("/v1/generate?model=onlyEncoder", "{}")
        .assertProblem(409, "The model is an encoder alone and has no decoder");
    client.get("/v1/model/encoder.onnx?model=onlyDecoder").assertProblem(404, "no encoder.onnx");
    client.post("/v1/generate?model=onlyDecoder", "{}").assertOk();
    client.post("/v1/embed?model=onlyEncoder", "{\"images\":[0,0,0,0,0,0]}").assertOk();
  }

  @Test
  void problemTypes_canBeLookedUp() {
    for (ProblemType type : ProblemType.values()) {
      assertEquals(type.title(), client.get(type.uri()).assertOk().json().get("title").textValue());
    }
  }

  private static byte[] picture(int side, String type) throws IOException {
    BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < side * side; i++) {
      picture.setRGB(i % side, i / side, i * 2_654_435);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(picture, type, bytes));
    return bytes.toByteArray();
  }

  private static byte[] bomb(int side) {
    ByteBuffer header = ByteBuffer.allocate(17);
    header.put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(side).putInt(side);
    header.put(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(header.array());
    ByteBuffer png = ByteBuffer.allocate(8 + 4 + 17 + 4 + 12);
    png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    png.putInt(13).put(header.array()).putInt((int) crc.getValue());
    png.putInt(0).put("IDAT".getBytes(StandardCharsets.US_ASCII)).putInt(0x35af061e);
    return png.array();
  }
}
