package org.betavae.samples.service;

import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.ModelOptions;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** The service. {@code betavae.model} names the model folder to serve. */
@SpringBootApplication
@EnableConfigurationProperties(ModelSettings.class)
public class ModelServiceApplication {
  /**
   * Starts the service.
   *
   * @param args settings of Spring Boot, for example {@code --betavae.model=first/model}
   */
  public static void main(String[] args) {
    SpringApplication.run(ModelServiceApplication.class, args);
  }

  /**
   * The model: one for all requests, since it may be called from any number of threads. Spring
   * closes it last, after the web server has answered what it accepted.
   */
  @Bean(destroyMethod = "close")
  BetaVaeModel model(ModelSettings settings) {
    return BetaVaeModel.open(
        settings.model(), ModelOptions.defaults().withThreads(settings.threads()));
  }
}
