# virt-ferry as an image: docker build -t virt-ferry .
#
# Both bases can be replaced: the one needs a JDK 25 and Maven, the other is a Debian or Ubuntu.
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=debian:12-slim

# --- the jar, and what of the JDK it needs -------------------------------------------------------
FROM ${BUILD_IMAGE} AS build
ARG MAVEN_FLAGS=
# Files are as old as this, whenever they were built: seconds since 1970.
ARG SOURCE_DATE_EPOCH=0
WORKDIR /source
COPY pom.xml ./
COPY src/main src/main
RUN mvn -B -ntp -q ${MAVEN_FLAGS} -Dmaven.test.skip -Dproject.build.outputTimestamp="${SOURCE_DATE_EPOCH}" package
RUN java -Djarmode=tools -jar target/virt-ferry.jar extract --layers --destination /layers
# Unpacked here, so that nothing has to be written and made executable at run time.
RUN mkdir -p /layers/native && cd /layers/native \
  && jar xf /layers/dependencies/lib/jna-5*.jar com/sun/jna/linux-x86-64 com/sun/jna/linux-aarch64 \
  && mv com/sun/jna/linux-"$(uname -m | tr _ -)"/libjnidispatch.so . && rm -r com
RUN java_home=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.home = //p') \
  && "$java_home/bin/jlink" --output /jre --no-header-files --no-man-pages --compress zip-6 \
    --add-modules java.se,jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs
COPY docker/jvm.options /layers/application/
# The cache below knows jars by their age too.
RUN find /layers /jre -exec touch -h -d "@${SOURCE_DATE_EPOCH}" {} +

# --- what runs, without the service --------------------------------------------------------------
FROM ${RUNTIME_IMAGE} AS base
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    libvirt0 libsasl2-2 libsasl2-modules ca-certificates \
  && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
RUN echo 'ferry:x:10001:' >>/etc/group \
  && echo 'ferry:x:10001:10001::/var/lib/virt-ferry:/usr/sbin/nologin' >>/etc/passwd \
  && install -d -o 10001 -g 10001 -m 750 /var/lib/virt-ferry \
  && install -d -o 10001 -g 10001 -m 700 /var/lib/virt-ferry/data
COPY --from=build /jre /opt/java
ENV PATH=/opt/java/bin:$PATH \
    HOME=/var/lib/virt-ferry \
    LANG=C.UTF-8
COPY --from=build /layers/dependencies/ /layers/spring-boot-loader/ /layers/snapshot-dependencies/ /app/
COPY --from=build /layers/native/ /app/native/
COPY --from=build /layers/application/ /app/

# --- a start, of which the JVM keeps what it loaded ----------------------------------------------
FROM base AS trained
WORKDIR /training
RUN SERVER_ADDRESS=127.0.0.1 java @/app/jvm.options -XX:AOTCacheOutput=/training/virt-ferry.aot \
    -Dspring.context.exit=onRefresh -jar /app/virt-ferry.jar

FROM base
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="virt-ferry" \
      org.opencontainers.image.description="Live-migrates libvirt guests between hosts and copies exactly the disks that a request names" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=trained /training/virt-ferry.aot /app/
# Within a container loopback reaches nobody. Without a configured caller the service does not start here.
ENV SERVER_ADDRESS=0.0.0.0
USER 10001:10001
WORKDIR /var/lib/virt-ferry
VOLUME /var/lib/virt-ferry/data
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${MANAGEMENT_SERVER_PORT:-8081} && printf 'GET /actuator/health/liveness HTTP/1.0\\r\\n\\r\\n' >&3 && read -rt 4 answer <&3 && [[ $answer == *' 200'* ]]"]
ENTRYPOINT ["java", "@/app/jvm.options", "-XX:AOTCache=/app/virt-ferry.aot", "-jar", "/app/virt-ferry.jar"]
