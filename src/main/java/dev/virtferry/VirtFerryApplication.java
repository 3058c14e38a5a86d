package dev.virtferry;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the service. */
@SpringBootApplication
public class VirtFerryApplication {

  public static void main(String[] args) {
    SpringApplication.run(VirtFerryApplication.class, args);
  }
}
