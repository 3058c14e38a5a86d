package dev.virtferry.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.SpringDocCustomizers;
import org.springdoc.core.properties.SpringDocConfigProperties;
import org.springdoc.core.providers.SpringDocProviders;
import org.springdoc.core.service.AbstractRequestService;
import org.springdoc.core.service.GenericResponseService;
import org.springdoc.core.service.OpenAPIService;
import org.springdoc.core.service.OperationService;
import org.springdoc.webmvc.api.OpenApiWebMvcResource;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.stereotype.Component;

/**
 * The description of the API, which is the same for everybody: made and written once, as it costs a
 * second and nobody has to show a token for it.
 */
@Component
class WrittenDescription extends OpenApiWebMvcResource {

  private byte @Nullable [] json;
  private byte @Nullable [] yaml;

  WrittenDescription(
      ObjectFactory<OpenAPIService> descriptions,
      AbstractRequestService requests,
      GenericResponseService responses,
      OperationService operations,
      SpringDocConfigProperties properties,
      SpringDocProviders providers,
      SpringDocCustomizers customizers) {
    super(descriptions, requests, responses, operations, properties, providers, customizers);
  }

  @Override
  public synchronized byte[] openapiJson(HttpServletRequest request, String url, Locale language)
      throws JsonProcessingException {
    byte[] written = json;
    if (written == null) {
      written = super.openapiJson(request, url, Locale.ENGLISH);
      json = written;
    }
    return written;
  }

  @Override
  public synchronized byte[] openapiYaml(HttpServletRequest request, String url, Locale language)
      throws JsonProcessingException {
    byte[] written = yaml;
    if (written == null) {
      written = super.openapiYaml(request, url, Locale.ENGLISH);
      yaml = written;
    }
    return written;
  }
}
