import CLibrdkafka
import Foundation

/// Serves librdkafka's mock cluster until its standard input ends.
///
/// It says where its brokers listen, then does what each line of input asks, and answers `ok` or an error.
let count = CommandLine.arguments.dropFirst().first.flatMap { Int32($0) } ?? 1
let configuration = rd_kafka_conf_new()
rd_kafka_conf_set(configuration, "log_level", "3", nil, 0)
guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0),
  let cluster = rd_kafka_mock_cluster_new(client, count)
else {
  print("no mock cluster")
  exit(1)
}

func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// Does what a line asks; nil when it asks for nothing that is known.
func perform(_ words: [String]) -> rd_kafka_resp_err_t? {
  let numbers = words.map { Int32($0) }
  switch (words.first, words.count) {
  case ("topic", 3):
    guard let partitions = numbers[2] else { return nil }
    return rd_kafka_mock_topic_create(cluster, words[1], partitions, count)
  case ("down", 2): return numbers[1].map { rd_kafka_mock_broker_set_down(cluster, $0) }
  case ("up", 2): return numbers[1].map { rd_kafka_mock_broker_set_up(cluster, $0) }
  case ("fail", 3...):
    guard let request = numbers[1] else { return nil }
    let codes = numbers[2...].compactMap { $0.map { rd_kafka_resp_err_t(rawValue: $0) } }
    rd_kafka_mock_push_request_errors_array(cluster, Int16(request), codes.count, codes)
    return RD_KAFKA_RESP_ERR_NO_ERROR
  case ("lead", 4):
    guard let partition = numbers[2], let broker = numbers[3] else { return nil }
    return rd_kafka_mock_partition_set_leader(cluster, words[1], partition, broker)
  case ("coordinate", 4): return numbers[3].map { rd_kafka_mock_coordinator_set(cluster, words[1], words[2], $0) }
  default: return nil
  }
}

say(String(cString: rd_kafka_mock_cluster_bootstraps(cluster)))
while let line = readLine(), line != "end" {
  let code = perform(line.split(separator: " ").map(String.init))
  say(
    code.map { $0 == RD_KAFKA_RESP_ERR_NO_ERROR ? "ok" : String(cString: rd_kafka_err2name($0)) } ?? "unknown: \(line)")
}
rd_kafka_mock_cluster_destroy(cluster)
rd_kafka_destroy(client)
