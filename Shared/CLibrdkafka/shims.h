// librdkafka for Swift: its variadic function with the arguments that are used, and constants behind casts.
#ifndef BOURSE_CLIBRDKAFKA_SHIMS_H
#define BOURSE_CLIBRDKAFKA_SHIMS_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// Queues a record for a partition. librdkafka copies key and value; the headers are taken, whatever comes back. A null
// key or value stays null, an empty one stays empty. A timestamp of 0 means now to librdkafka.
static inline rd_kafka_resp_err_t clibrdkafka_produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition, const void *key, size_t keySize,
    const void *value, size_t valueSize, int64_t timestamp, rd_kafka_headers_t *headers, void *opaque) {
  if (!headers)
    return rd_kafka_producev(
        client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key, keySize), RD_KAFKA_V_VALUE((void *)value, valueSize), RD_KAFKA_V_TIMESTAMP(timestamp),
        RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
  rd_kafka_resp_err_t code = rd_kafka_producev(
      client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_KEY(key, keySize), RD_KAFKA_V_VALUE((void *)value, valueSize), RD_KAFKA_V_TIMESTAMP(timestamp),
      RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_headers_destroy(headers);
  return code;
}

// What ListOffsets takes for a time to mean a partition's end and beginning.
static const int64_t clibrdkafka_at_end = RD_KAFKA_OFFSET_END;
static const int64_t clibrdkafka_at_beginning = RD_KAFKA_OFFSET_BEGINNING;

#endif
