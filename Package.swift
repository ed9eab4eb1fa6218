// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is held to this: warnings are errors.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "bourse-projets",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "apd-collector", targets: ["APDCollector"]),
    .executable(name: "bourse", targets: ["Operator"]),
    .executable(name: "ingestion", targets: ["Ingestion"]),
    .executable(name: "matcher", targets: ["Matcher"]),
    .executable(name: "notifications", targets: ["Notifications"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["JSON", "YAML"]),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    .target(
      name: "CooperationModel", path: "Shared/CooperationModel", exclude: ["Resources"], swiftSettings: strict),
    .target(name: "TopicBus", path: "Shared/TopicBus", swiftSettings: strict),
    .target(name: "CSQLite", path: "Shared/CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(name: "SQLiteFile", dependencies: ["CSQLite"], path: "Shared/SQLiteFile", swiftSettings: strict),
    .target(name: "CEmbeddedBus", path: "Shared/CEmbeddedBus"),
    .target(
      name: "EmbeddedBus", dependencies: ["CEmbeddedBus", "CSQLite", "SQLiteFile", "TopicBus"],
      path: "Shared/EmbeddedBus", swiftSettings: strict),
    .target(name: "CPlanes", path: "Shared/CPlanes"),
    .systemLibrary(
      name: "CLibrdkafka", path: "Shared/CLibrdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
    .target(
      name: "KafkaBus",
      dependencies: ["CLibrdkafka", "TopicBus", .product(name: "DequeModule", package: "swift-collections")],
      path: "Shared/KafkaBus", swiftSettings: strict),
    .target(
      name: "ServiceKit",
      dependencies: [
        "CSQLite", "CooperationModel", "SQLiteFile", "TopicBus",
        .product(name: "Collections", package: "swift-collections"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ], path: "Shared/ServiceKit", swiftSettings: strict),
    .target(
      name: "BusChoice",
      dependencies: [
        "EmbeddedBus", "KafkaBus", "ServiceKit", "TopicBus", .product(name: "Logging", package: "swift-log"),
      ], path: "Shared/BusChoice", swiftSettings: strict),
    .target(
      name: "SimulatedBus", dependencies: ["TopicBus"], path: "Shared/SimulatedBus", swiftSettings: strict),
    .target(
      name: "ThemeClassifier", dependencies: ["CooperationModel"], path: "Shared/ThemeClassifier",
      swiftSettings: strict),
    .executableTarget(
      name: "APDCollector", dependencies: ["BusChoice", "CooperationModel", "ServiceKit", "TopicBus"],
      path: "Services/APDCollector", exclude: ["Samples", "Templates"], swiftSettings: strict),
    .executableTarget(
      name: "Matcher",
      dependencies: [
        "BusChoice", "CPlanes", "CooperationModel", "ServiceKit", "ThemeClassifier", "TopicBus",
        .product(name: "Collections", package: "swift-collections"),
      ], path: "Services/Matcher", swiftSettings: strict),
    .systemLibrary(
      name: "CLibcurl", path: "Shared/CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .executableTarget(
      name: "Notifications",
      dependencies: [
        "BusChoice", "CLibcurl", "CooperationModel", "ServiceKit", "TopicBus",
        .product(name: "Collections", package: "swift-collections"),
        .product(name: "Crypto", package: "swift-crypto"),
      ], path: "Services/Notifications", swiftSettings: strict),
    .executableTarget(
      name: "Ingestion",
      dependencies: ["BusChoice", "CooperationModel", "ServiceKit", "ThemeClassifier", "TopicBus"],
      path: "Services/Ingestion", exclude: ["Samples"], swiftSettings: strict),
    .executableTarget(
      name: "Operator",
      dependencies: [
        "BusChoice", "CLibcurl", "CooperationModel", "EmbeddedBus", "KafkaBus", "ServiceKit", "TopicBus",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ], path: "Services/Operator", swiftSettings: strict),
    .target(
      name: "BusContract", dependencies: ["Seeds", "TopicBus"], path: "Tests/BusContract", swiftSettings: strict),
    .testTarget(
      name: "APDCollectorTests",
      dependencies: [
        "APDCollector", "CooperationModel", "Seeds", "Served", "ServiceKit", "SimulatedBus", "Snapshots", "TopicBus",
      ], path: "Tests/APDCollector", exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(
      name: "CooperationModelTests", dependencies: ["CooperationModel", "Seeds"], path: "Tests/CooperationModel",
      swiftSettings: strict),
    .target(name: "CPowerCut", path: "Tests/CPowerCut", linkerSettings: [.linkedLibrary("sqlite3")]),
    .executableTarget(
      name: "EmbeddedBusProbe", dependencies: ["EmbeddedBus", "TopicBus"], path: "Tests/EmbeddedBusProbe",
      swiftSettings: strict),
    .testTarget(
      name: "Benchmarks",
      dependencies: [
        "APDCollector", "CLibrdkafka", "CSQLite", "CooperationModel", "EmbeddedBus", "EmbeddedBusProbe", "Ingestion",
        "KafkaBrokers", "KafkaBus", "Matcher", "Notifications", "Seeds", "ServiceKit", "ThemeClassifier", "TopicBus",
      ],
      path: "Tests/Benchmarks", exclude: ["run", "Matching/text_search.py", "MatchingQuality/Cases"],
      swiftSettings: strict),
    .testTarget(
      name: "EndToEnd",
      dependencies: [
        "APDCollector", "CooperationModel", "EmbeddedBus", "Ingestion", "KafkaBrokers", "KafkaBus", "Matcher",
        "Notifications", "Operator", "OutsideWorld", "Seeds", "ServiceKit", "TopicBus",
      ], path: "Tests/EndToEnd", exclude: ["tour"], swiftSettings: strict),
    .testTarget(
      name: "EmbeddedBusTests",
      dependencies: [
        "BusContract", "CPowerCut", "CSQLite", "EmbeddedBus", "EmbeddedBusProbe", "OutsideWorld", "Seeds", "TopicBus",
      ], path: "Tests/EmbeddedBus", swiftSettings: strict),
    .executableTarget(
      name: "KafkaBusProbe", dependencies: ["CLibrdkafka", "KafkaBus", "TopicBus"], path: "Tests/KafkaBusProbe",
      exclude: ["leaks"], swiftSettings: strict),
    .target(name: "KafkaBrokers", path: "Tests/KafkaBrokers", swiftSettings: strict),
    .executableTarget(
      name: "KafkaMockCluster", dependencies: ["CLibrdkafka"], path: "Tests/KafkaMockCluster", swiftSettings: strict),
    .testTarget(
      name: "KafkaBusTests",
      dependencies: ["BusContract", "CLibrdkafka", "KafkaBrokers", "KafkaBus", "KafkaMockCluster", "TopicBus"],
      path: "Tests/KafkaBus", swiftSettings: strict),
    .target(
      name: "OutsideWorld", path: "Tests/OutsideWorld", exclude: ["smtp_server.py"], swiftSettings: strict),
    .testTarget(
      name: "NotificationsTests", dependencies: ["CooperationModel", "Notifications", "OutsideWorld", "Seeds"],
      path: "Tests/Notifications", exclude: ["read_mail.py"], swiftSettings: strict),
    .testTarget(
      name: "IngestionTests",
      dependencies: [
        "CooperationModel", "EmbeddedBus", "Ingestion", "Served", "ServiceKit", "ThemeClassifier", "TopicBus",
      ], path: "Tests/Ingestion", swiftSettings: strict),
    .testTarget(
      name: "MatcherTests",
      dependencies: ["CPlanes", "CooperationModel", "Matcher", "Seeds", "ServiceKit", "ThemeClassifier"],
      path: "Tests/Matcher",
      swiftSettings: strict),
    .testTarget(
      name: "OperatorTests",
      dependencies: [
        "CooperationModel", "EmbeddedBus", "Operator", "Seeds", "ServiceKit", "Snapshots", "TopicBus",
        .product(name: "Hummingbird", package: "hummingbird"),
      ], path: "Tests/Operator", exclude: ["Snapshots", "check_asyncapi.py"], swiftSettings: strict),
    .testTarget(
      name: "ThemeClassifierTests", dependencies: ["CooperationModel", "ThemeClassifier"],
      path: "Tests/ThemeClassifier", swiftSettings: strict),
    .testTarget(
      name: "TopicBusTests", dependencies: ["Seeds", "TopicBus"], path: "Tests/TopicBus", swiftSettings: strict),
    .testTarget(
      name: "ServiceKitTests",
      dependencies: [
        "CooperationModel", "Seeds", "Served", "ServiceKit", "SimulatedBus", "TopicBus",
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/ServiceKit", swiftSettings: strict),
    .target(name: "Seeds", path: "Tests/Seeds", swiftSettings: strict),
    .target(name: "Served", dependencies: ["OutsideWorld", "ServiceKit"], path: "Tests/Served", swiftSettings: strict),
    .target(name: "Snapshots", path: "Tests/Snapshots", swiftSettings: strict),
    .testTarget(
      name: "SimulatedBusTests", dependencies: ["BusContract", "Seeds", "SimulatedBus", "TopicBus"],
      path: "Tests/SimulatedBus", swiftSettings: strict),
    .testTarget(
      name: "Simulation",
      dependencies: [
        "APDCollector", "CooperationModel", "EmbeddedBus", "Ingestion", "Matcher", "Notifications", "Seeds",
        "ServiceKit", "SimulatedBus", "TopicBus", .product(name: "Logging", package: "swift-log"),
      ], path: "Tests/Simulation", exclude: ["run", "mutations", "mutations.txt"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
