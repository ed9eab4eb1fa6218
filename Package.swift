// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is held to this: warnings are errors.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "bourse-projets",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["JSON", "YAML"]),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    .target(
      name: "CooperationModel", path: "Shared/CooperationModel", exclude: ["Resources"], swiftSettings: strict),
    .target(name: "TopicBus", path: "Shared/TopicBus", swiftSettings: strict),
    .target(
      name: "APDCollector", dependencies: ["CooperationModel"], path: "Services/APDCollector",
      exclude: ["Samples", "Templates"], swiftSettings: strict),
    .testTarget(
      name: "APDCollectorTests", dependencies: ["APDCollector", "CooperationModel"], path: "Tests/APDCollector",
      exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(
      name: "CooperationModelTests", dependencies: ["CooperationModel"], path: "Tests/CooperationModel",
      swiftSettings: strict),
    .testTarget(
      name: "TopicBusTests", dependencies: ["TopicBus"], path: "Tests/TopicBus", swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
