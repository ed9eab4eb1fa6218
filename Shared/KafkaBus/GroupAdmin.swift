import CLibrdkafka
import Foundation
import TopicBus

/// Looks at groups, and sets their offsets. Its calls block.
struct GroupAdmin: Sendable {
  let observer: Observer
  let admin: Admin

  /// The names of all groups of consumers.
  ///
  /// - Throws: what a broker said that cannot tell its own, when it still cannot after a while: it may have to load them.
  func names() throws(BusError) -> [String] {
    let deadline = ContinuousClock.now + .milliseconds(Int64(observer.timeout))
    while true {
      do throws(BusError) {
        return try namesNow()
      } catch {
        guard case .unavailable = error, ContinuousClock.now < deadline else { throw error }
        Pause.milliseconds(50)
      }
    }
  }

  private func namesNow() throws(BusError) -> [String] {
    try admin.ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS) { options, queue in
      rd_kafka_ListConsumerGroups(admin.client.pointer, options, queue)
    } read: { event throws(BusError) in
      guard let result = rd_kafka_event_ListConsumerGroups_result(event) else { return [] }
      var count = 0
      // One for each broker that did not tell.
      if let errors = rd_kafka_ListConsumerGroups_result_errors(result, &count), count > 0, let error = errors[0] {
        throw KafkaError(rd_kafka_error_code(error), String(cString: rd_kafka_error_string(error))).busError()
      }
      let found = rd_kafka_ListConsumerGroups_result_valid(result, &count)
      return (0..<count).compactMap { index in
        found?[index].map { String(cString: rd_kafka_ConsumerGroupListing_group_id($0)) }
      }.sorted()
    }
  }

  /// The members of groups. A group that does not exist has none.
  func members(of groups: [String]) throws(BusError) -> [String: [GroupDescription.Member]] {
    guard !groups.isEmpty else { return [:] }
    var names = groups.map { strdup($0).map { UnsafePointer($0) } }
    defer { for name in names { free(UnsafeMutablePointer(mutating: name)) } }
    return try admin.ask(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS) { options, queue in
      rd_kafka_DescribeConsumerGroups(admin.client.pointer, &names, names.count, options, queue)
    } read: { event throws(BusError) in
      var members: [String: [GroupDescription.Member]] = [:]
      guard let result = rd_kafka_event_DescribeConsumerGroups_result(event) else { return members }
      var count = 0
      let found = rd_kafka_DescribeConsumerGroups_result_groups(result, &count)
      for index in 0..<count {
        guard let group = found?[index] else { continue }
        let name = String(cString: rd_kafka_ConsumerGroupDescription_group_id(group))
        if let error = rd_kafka_ConsumerGroupDescription_error(group) {
          let code = rd_kafka_error_code(error)
          guard code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND else {
            throw KafkaError(code, String(cString: rd_kafka_error_string(error))).busError()
          }
          continue
        }
        let size = rd_kafka_ConsumerGroupDescription_member_count(group)
        members[name] = (0..<size).compactMap { index in
          rd_kafka_ConsumerGroupDescription_member(group, index).map(Self.member)
        }.sorted { $0.id < $1.id }
      }
      return members
    }
  }

  private static func member(_ member: OpaquePointer) -> GroupDescription.Member {
    let assignment = rd_kafka_MemberDescription_assignment(member)
    let partitions = assignment.map { PartitionList.elements(of: rd_kafka_MemberAssignment_partitions($0)) } ?? []
    return GroupDescription.Member(
      id: String(cString: rd_kafka_MemberDescription_consumer_id(member)),
      instance: String(cString: rd_kafka_MemberDescription_client_id(member)),
      partitions: partitions.map(\.partition).sorted())
  }

  /// What a group has committed of these partitions.
  func committed(_ group: String, of partitions: [TopicPartition]) throws(BusError) -> [TopicPartition: Int64] {
    guard !partitions.isEmpty else { return [:] }
    let list = PartitionList(partitions)
    var requests: [OpaquePointer?] = [list.lend { rd_kafka_ListConsumerGroupOffsets_new(group, $0) }]
    defer { rd_kafka_ListConsumerGroupOffsets_destroy(requests[0]) }
    return try admin.ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS) { options, queue in
      rd_kafka_ListConsumerGroupOffsets(admin.client.pointer, &requests, requests.count, options, queue)
    } read: { event throws(BusError) in
      guard let result = rd_kafka_event_ListConsumerGroupOffsets_result(event) else { return [:] }
      var count = 0
      let found = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count)
      return try Self.offsets(found, count)
    }
  }

  /// Sets what a group has committed of these partitions.
  ///
  /// - Throws: ``BusError/refused(_:)`` while the group has members.
  func reset(_ group: String, to offsets: [TopicPartition: Int64]) throws(BusError) {
    guard !offsets.isEmpty else { return }
    try observer.check(offsets.keys.sorted())
    let members = try members(of: [group])[group] ?? []
    guard members.isEmpty else {
      throw .refused("group \(group) has \(members.count) members: stop them first")
    }
    let list = PartitionList(offsets.sorted { $0.key < $1.key })
    var requests: [OpaquePointer?] = [list.lend { rd_kafka_AlterConsumerGroupOffsets_new(group, $0) }]
    defer { rd_kafka_AlterConsumerGroupOffsets_destroy(requests[0]) }
    do throws(BusError) {
      try admin.ask(RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS) { options, queue in
        rd_kafka_AlterConsumerGroupOffsets(admin.client.pointer, &requests, requests.count, options, queue)
      } read: { event throws(BusError) in
        guard let result = rd_kafka_event_AlterConsumerGroupOffsets_result(event) else { return }
        var count = 0
        let found = rd_kafka_AlterConsumerGroupOffsets_result_groups(result, &count)
        _ = try Self.offsets(found, count)
      }
    } catch .fenced(let text) {
      throw .refused("group \(group) has members: stop them first (\(text))")
    }
  }

  private static func offsets(
    _ found: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int
  ) throws(BusError) -> [TopicPartition: Int64] {
    var offsets: [TopicPartition: Int64] = [:]
    for index in 0..<count {
      guard let group = found?[index] else { continue }
      if let error = rd_kafka_group_result_error(group) {
        throw KafkaError(rd_kafka_error_code(error), String(cString: rd_kafka_error_string(error))).busError()
      }
      for element in PartitionList.elements(of: rd_kafka_group_result_partitions(group)) {
        guard element.code == RD_KAFKA_RESP_ERR_NO_ERROR else {
          throw KafkaError(element.code).busError(topic: element.partition.topic)
        }
        if element.offset >= 0 { offsets[element.partition] = element.offset }
      }
    }
    return offsets
  }
}
