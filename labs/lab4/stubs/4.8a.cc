// Exercise 4.8: what init.toml gives the service: Power and Dma, if it says so, and what its `uses` name: a class of
// devices (class_grant), and what a service provides (service_grant of its protocol). Who may use a class may also ask
// the service that has the devices. As long as this is missing, nobody may ask for anything.
(void)config;
return Grants::None;
