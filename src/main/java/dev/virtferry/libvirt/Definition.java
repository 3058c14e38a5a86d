package dev.virtferry.libvirt;

/** Which of a domain's two definitions is meant. */
public enum Definition {
  /** What runs. */
  LIVE,
  /** What the next start will use ({@code VIR_DOMAIN_XML_INACTIVE}). */
  PERSISTENT
}
