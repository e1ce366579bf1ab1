// Exercise 2.6: a thread without CSpace or VSpace cannot run: NotConfigured. One that is Inactive becomes ready.
// To any other nothing happens.
missing_exercise("2.6", request);
